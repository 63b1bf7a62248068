"""Videos for `npm run eval -- clips --videos DIR` that share no code with generator/: everything comes from ffmpeg's own sources.

    python otherVideos.py --out DIR [--count 30] [--seed 1]

Needs ffmpeg with libvpx, libx264 and libopus; nothing else in the project does. A video is a base picture (a colour, a test card,
a gradient, a slow fractal) with a quiet base sound. Highlights put another, quickly moving source over it, or cuts of colours, and a loud
modulated sound; distractors are a hum, a slow pan over a still, a flash, noise or a tone over the base picture, moving picture without sound.
"""

import argparse
import json
import os
import random
import subprocess

SIZES = [(320, 180), (256, 256), (426, 240), (180, 320), (320, 240)]


def still(rng, seconds):
    colour = rng.choice(["gray", "navy", "darkgreen", "maroon", "0x334455", "white", "black"])
    return rng.choice([
        f"color=c={colour}:d={seconds}", f"smptebars=d={seconds}", f"pal75bars=d={seconds}",
        f"rgbtestsrc=d={seconds}", f"yuvtestsrc=d={seconds}",
        f"gradients=speed=0.00001:seed={rng.randrange(1000)}:d={seconds}",
    ])


def base(rng, seconds):
    return still(rng, seconds) if rng.random() < 0.7 else rng.choice([
        f"testsrc=d={seconds}", f"testsrc2=d={seconds}", f"gradients=speed=0.003:d={seconds}",
    ])


def moving(rng, seconds):
    return rng.choice([
        f"mandelbrot=start_scale=0.8:end_pts=30:maxiter=300,trim=duration={seconds}",
        f"life=mold=10:ratio=0.3:death_color=#203040:life_color=#f0e080:seed={rng.randrange(999)},scale=iw*4:-1:flags=neighbor,trim=duration={seconds}",
        f"gradients=speed=0.25:n=6:seed={rng.randrange(999)},trim=duration={seconds}",
        f"testsrc2,scroll=h={rng.uniform(0.02, 0.08):.3f}:v={rng.uniform(0, 0.05):.3f},trim=duration={seconds}",
        f"smptebars,rotate=t*{rng.uniform(1.5, 5):.2f},trim=duration={seconds}",
        f"rgbtestsrc,scroll=h={rng.uniform(0.03, 0.1):.3f},hue=h=t*200,trim=duration={seconds}",
        f"cellauto=rule={rng.choice([30, 110, 90])}:scroll=1,scale=iw*2:-1:flags=neighbor,trim=duration={seconds}",
    ])


def cutting(rng, seconds, rate):
    """A source switched in hue and mirrored `rate` times a second."""
    return f"testsrc2=d={seconds},hue=h='mod(floor(t*{rate:.2f})*97,360)':b='2*mod(floor(t*{rate:.2f})*0.37,1)-1'"


def quiet_sound(rng, seconds):
    return rng.choice([
        f"anoisesrc=c={rng.choice(['pink', 'white', 'brown'])}:a={rng.uniform(0.002, 0.02):.4f}:d={seconds}",
        f"sine=f={rng.choice([110, 180, 220, 440])}:d={seconds},volume={rng.uniform(0.02, 0.12):.3f}",
        f"anullsrc=d={seconds}",
    ])


def loud_sound(rng, seconds):
    level = rng.uniform(0.35, 0.9)
    syllables = rng.uniform(3, 7)
    return rng.choice([
        f"anoisesrc=c=pink:a={level:.2f}:d={seconds},tremolo=f={syllables:.1f}:d=0.9",
        f"anoisesrc=c=white:a={level:.2f}:d={seconds}",
        f"sine=f={rng.choice([300, 500, 700, 900])}:d={seconds},volume={level * 6:.2f},vibrato=f=6:d=0.8,tremolo=f={syllables:.1f}:d=0.8",
        f"aevalsrc='{level:.2f}*sin(2*PI*(200+150*sin(2*PI*3*t))*t)*(0.55+0.45*sin(2*PI*{syllables:.1f}*t))':d={seconds}",
        f"aevalsrc='{level:.2f}*sin(2*PI*60*t)*exp(-6*mod(t,0.4))+{level / 2:.2f}*(random(0)-0.5)*exp(-20*mod(t,0.2))':d={seconds}",
        f"sine=f=440:beep_factor=4:d={seconds},volume={level * 7:.2f}",
    ])


def plan(rng):
    seconds = rng.randint(60, 170)
    events, at = [], rng.uniform(4, 15)
    while at < seconds - 12:
        highlight = rng.random() < 0.45
        length = rng.uniform(8, 35) if highlight else rng.uniform(4, 20)
        length = round(min(length, seconds - 3 - at), 2)
        if length >= (8 if highlight else 4):
            kind = "highlight" if highlight else rng.choice(["hum", "noise", "tone", "pan", "flash", "flash", "moving", "bang"])
            if kind == "flash":
                length = rng.choice([0.2, 0.4])
            if kind == "bang":
                length = 0.6
            events.append({"kind": kind, "start": round(at, 2), "end": round(at + length, 2)})
        at += length + rng.uniform(8, 22)
    return seconds, events


def build(rng, seconds, events, size, rate):
    """Inputs and filter graph: every event's picture over the base, its sound mixed in."""
    pictures, sounds = [base(rng, seconds)], [quiet_sound(rng, seconds)]
    overlays, delays, cues = [], [], []
    for event in events:
        length, kind = round(event["end"] - event["start"], 2), event["kind"]
        picture = sound = None
        if kind == "highlight":
            seen = rng.random()
            picture = cutting(rng, length, rng.uniform(0.7, 3)) if seen < 0.3 else moving(rng, length)
            sound = loud_sound(rng, length)
            cues.append(event)
        elif kind == "hum":
            sound = f"aevalsrc='{rng.uniform(0.2, 0.6):.2f}*(sin(2*PI*{rng.choice([50, 60, 100, 120])}*t)+0.4*sin(2*PI*240*t))':d={length}"
        elif kind == "noise":
            sound = f"anoisesrc=c={rng.choice(['white', 'pink'])}:a={rng.uniform(0.2, 0.6):.2f}:d={length}"
        elif kind == "tone":
            sound = f"sine=f={rng.choice([330, 660, 1000])}:d={length},volume={rng.uniform(1.5, 5):.2f}"
        elif kind == "pan":
            picture = f"smptebars,scroll=h={rng.uniform(0.0005, 0.002):.4f},trim=duration={length}"
        elif kind == "flash":
            picture = f"color=c=white:d={length}"
        elif kind == "moving":
            picture = moving(rng, length)
        elif kind == "bang":
            sound = f"anoisesrc=c=white:a=0.8:d={length},afade=t=out:d={length}"
        if picture:
            overlays.append((len(pictures), event))
            pictures.append(picture)
        if sound:
            delays.append((len(sounds), event))
            sounds.append(sound)
    graph, last = [], "[base]"
    for index, picture in enumerate(pictures):
        shift = "" if index == 0 else f",setpts=PTS+{dict(overlays)[index]['start']}/TB"
        graph.append(f"{picture},fps={rate},scale={size[0]}:{size[1]},setsar=1,format=yuv420p{shift}{'[base]' if index == 0 else f'[p{index}]'}")
    for index, event in overlays:
        graph.append(f"{last}[p{index}]overlay=eof_action=pass:enable='between(t,{event['start']},{event['end']})'[v{index}]")
        last = f"[v{index}]"
    for index, sound in enumerate(sounds):
        delay = "" if index == 0 else f",adelay={round(dict(delays)[index]['start'] * 1000)}:all=1"
        graph.append(f"{sound},aformat=sample_rates=48000:channel_layouts=mono{delay}[s{index}]")
    mixed = "".join(f"[s{index}]" for index in range(len(sounds)))
    graph.append(f"{mixed}amix=inputs={len(sounds)}:normalize=0:duration=first,alimiter=limit=0.95:level=0,asetnsamples=960[sound]")
    return ";".join(graph), last, cues


def captions(rng, seconds, highlights):
    calm = ["Next we look at the chart.", "The lake is on the left side.", "This takes a few minutes.", "As I said before."]
    wild = ["OH WOW!!!", "No way!!", "AMAZING!", "That was INSANE!!", "Yesss!!!"]
    lines, at = ["WEBVTT", ""], 1.0
    while at < seconds - 3:
        inside = any(h["start"] <= at + 1 < h["end"] for h in highlights)
        stamp = [f"{int(t // 60):02d}:{t % 60:06.3f}" for t in (at, at + 2.4)]
        lines += [f"{stamp[0]} --> {stamp[1]}", rng.choice(wild if inside else calm), ""]
        at += 2.5 if inside else rng.uniform(2.5, 6)
    return "\n".join(lines)


def make(seed, folder):
    rng = random.Random(seed)
    seconds, events = plan(rng)
    size, rate = rng.choice(SIZES), rng.choice([8, 10, 12, 15, 25, 30])
    graph, last, highlights = build(rng, seconds, events, size, rate)
    name = f"other-{seed}"
    extension, codecs = rng.choice([
        ("webm", ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]),
        ("webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
        ("mp4", ["-c:v", "libx264", "-preset", "veryfast"]),
    ])
    sound = rng.random() > 0.04
    audio = ["-map", "[sound]", "-c:a", "libopus", "-b:a", "48k"] if sound else []
    graph = graph if sound else graph + ";[sound]anullsink"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-filter_complex", graph, "-map", last, *audio, *codecs,
         "-b:v", rng.choice(["150k", "300k", "600k"]), "-t", str(seconds), os.path.join(folder, f"{name}.{extension}")],
        check=True,
    )
    segments = [{"start": h["start"], "end": h["end"]} for h in highlights]
    distractors = [event for event in events if event["kind"] != "highlight"]
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump({"segments": segments, "distractors": distractors, "seconds": seconds, "name": name, "highlights": []}, file, indent=1)
    if rng.random() < 0.4:
        with open(os.path.join(folder, f"{name}.vtt"), "w") as file:
            file.write(captions(rng, seconds, segments))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for seed in range(args.seed, args.seed + args.count):
        make(seed, args.out)
        print(seed, flush=True)


if __name__ == "__main__":
    main()
