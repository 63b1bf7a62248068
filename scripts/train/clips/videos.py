"""Generated videos as arrays, windows of them with labels, and their augmentation."""

import glob
import json
import os

import numpy

VISUAL, AUDIO, TEXT, ENGAGEMENT = 2048, 512, 768, 64
ENDS = numpy.cumsum([VISUAL, AUDIO, TEXT, ENGAGEMENT])
SOUND_CUES, PICTURE_CUES = {"loudness", "speech"}, {"motion", "cuts"}
BANDS, SLICES, CELLS = 64, 8, 512


class Video:
    def __init__(self, path):
        with open(path) as file:
            self.plan = json.load(file)
        rows = numpy.fromfile(path[: -len("json")] + "f32", dtype="<f4").reshape(-1, ENDS[-1])
        self.path, self.name = path, self.plan["name"]
        self.features = rows.astype(numpy.float16)  # [steps, 3392]
        self.steps = len(rows)
        self.segments = [(s["start"], s["end"]) for s in self.plan["segments"]]

    def labels(self):
        """inside, start, end, known: f32 [steps] each. A step that is only partly inside is not asked for."""
        inside, start, end = (numpy.zeros(self.steps, numpy.float32) for _ in range(3))
        known = numpy.ones(self.steps, numpy.float32)
        at = numpy.arange(self.steps)
        for first, last in self.segments:
            share = numpy.clip(numpy.minimum(at + 1, last) - numpy.maximum(at, first), 0, 1)
            inside[share >= 0.5] = 1
            known[(share > 0.25) & (share < 0.75)] = 0
            for edge, target in ((round(first), start), (round(last) - 1, end)):
                for offset, value in ((-1, 0.3), (1, 0.3), (0, 1.0)):
                    if 0 <= edge + offset < self.steps:
                        target[edge + offset] = max(target[edge + offset], value)
        return inside, start, end, known

    def weak_without(self, lost):
        """bool [steps]: in a highlight that has fewer than two cues left once those of `lost` are gone."""
        weak = numpy.zeros(self.steps, bool)
        for highlight in self.plan["highlights"]:
            if len(set(highlight["cues"]) - lost) < 2:
                weak[int(highlight["start"]) : int(numpy.ceil(highlight["end"]))] = True
        return weak


# Sounds that are loud and count as a cue beside another one; the others leave it open whether they do.
LOUD_ALONE = {"soundAlone", "loudNoise"}
OPEN_SOUNDS = {"hum", "humAndPan", "steadyTones", "chords", "calmSpeech", "bang"}


def cue_counts(plan, steps):
    """seen and heard i32 [steps]: cues to see (captions with them) and to hear; unsure bool [steps, 2]: to see, to hear."""
    seen, heard = numpy.zeros(steps, int), numpy.zeros(steps, int)
    unsure = numpy.zeros((steps, 2), bool)
    for event in plan["highlights"]:
        inside = slice(round(event["start"]), round(event["end"]))
        seen[inside] += len(set(event["cues"]) - SOUND_CUES)
        heard[inside] += len(set(event["cues"]) & SOUND_CUES)
        for edge in (event["start"], event["end"]):
            unsure[max(0, round(edge) - 1) : round(edge) + 1] = True
    for event in plan["distractors"]:
        inside = slice(int(event["start"]), int(numpy.ceil(event["end"])))
        kind = event["kind"]
        seen[inside] += kind in ("motionAlone", "excitedCaption")
        heard[inside] += kind in LOUD_ALONE
        unsure[inside, 1] |= kind in OPEN_SOUNDS
    return seen, heard, unsure


def with_sound_of(rows, first, video, other, random):
    """Puts the sound of another video under a window, in place; f32 [length, 4] labels by the rule of two cues, or None."""
    length = len(rows)
    if other.steps < length or video.plan["audio"] != "sound" or other.plan["audio"] != "sound":
        return None
    begin = random.integers(0, other.steps - length + 1)
    rows[:, VISUAL : ENDS[1]] = other.features[begin : begin + length, VISUAL : ENDS[1]]
    rows[:, ENDS[2] :] = 0
    seen, _, unsure_seen = (part[first : first + length] for part in cue_counts(video.plan, video.steps))
    _, heard, unsure_heard = (part[begin : begin + length] for part in cue_counts(other.plan, other.steps))
    inside = (seen + heard >= 2).astype(numpy.float32)
    known = ~(unsure_seen[:, 0] | unsure_heard[:, 1] & ((seen > 0) | (heard > 0)) | unsure_heard[:, 0])
    labels = numpy.zeros((length, 4), numpy.float32)
    labels[:, 0], labels[:, 3] = inside, known
    edges = numpy.flatnonzero(numpy.diff(inside, prepend=0, append=0))
    for a, b in zip(edges[::2], edges[1::2]):
        if b - a < 4:
            labels[a:b, 3] = 0  # shorter than any highlight
        labels[a, 1], labels[b - 1, 2] = 1, 1
    return labels


def read_videos(folders, known=()):
    """Videos of the folders, less those whose paths are known."""
    paths = sorted(path for folder in folders for path in glob.glob(os.path.join(folder, "*.json")))
    return [Video(path) for path in paths if path not in known and os.path.exists(path[: -len("json")] + "f32")]


def window_of(video, length, random, other=None):
    """features f32 [length, 3392] and labels f32 [length, 4] of a random stretch; with `other`'s sound where one is given and fits."""
    first = random.integers(0, video.steps - length + 1)
    rows = video.features[first : first + length].astype(numpy.float32)
    mixed = None if other is None else with_sound_of(rows, first, video, other, random)
    if mixed is not None:
        change(rows, random, whole=True)
        return rows, mixed
    inside, start, end, known = (row[first : first + length].copy() for row in video.labels())
    lost = change(rows, random)
    known[video.weak_without(lost)[first : first + length]] = 0
    return rows, numpy.stack([inside, start, end, known], axis=1)


def change(rows, random, whole=False):
    """Augments in place; returns the cues that cannot be seen or heard any more. `whole`: all senses stay."""
    visual, audio, text, engagement = numpy.split(rows, ENDS[:-1], axis=1)
    lost = set()
    change_visual(visual.reshape(-1, CELLS, 4), random)
    change_audio(audio.reshape(-1, SLICES, BANDS), random)
    if whole:
        return lost
    if random.random() < 0.05:
        visual[:] = 0
        lost |= PICTURE_CUES
    elif random.random() < 0.06:
        audio[:] = 0
        lost |= SOUND_CUES
    if random.random() < 0.3:
        text[:] = 0
        lost.add("caption")
    elif random.random() < 0.5:
        # Words that are not in the lists must not matter: hashed features go, manners stay.
        text[:, : TEXT - 8] *= random.random(TEXT - 8) < random.uniform(0.3, 1)
    if random.random() < 0.4:
        engagement[:] = 0
    return lost


def change_visual(grid, random):
    """grid: view of [steps, 512, 4]."""
    if random.random() < 0.5:
        order = random.permutation(CELLS) if random.random() < 0.4 else turned(random)
        grid[:] = grid[:, order]
    grid[..., :3] *= random.uniform(0.6, 1.3)
    grid[..., 1:3] *= random.choice([0, 0.5, 1, 1, -1])
    grid[..., 0] += random.uniform(-0.15, 0.15)
    grid[..., 3] *= numpy.exp(random.normal(0, 0.35))
    if random.random() < 0.4:
        # A restless picture: more change everywhere, all the time.
        grid[..., 3] += random.exponential(0.006) * random.random((1, CELLS)) * (0.7 + 0.6 * random.random((len(grid), 1)))
    if random.random() < 0.3:
        grid[..., 0] += random.normal(0, 0.02, CELLS).astype(numpy.float32)


def turned(random):
    cells = numpy.arange(CELLS).reshape(16, 32)
    cells = cells[:: random.choice([-1, 1]), :: random.choice([-1, 1])]
    return numpy.roll(cells, (random.integers(16), random.integers(32)), (0, 1)).reshape(-1)


def change_audio(bands, random):
    """bands: view of [steps, 8, 64]; a value of 1 / 80 is a decibel, and 0 silence."""
    heard = bands > 0
    shift = random.normal(0, 5) / 80
    tilt = random.normal(0, 3) / 80 * numpy.linspace(-1, 1, BANDS)
    wave = random.normal(0, 2) / 80 * numpy.sin(numpy.linspace(0, random.uniform(3, 12), BANDS) + random.uniform(0, 6))
    moved = bands + shift + tilt + wave + random.normal(0, 0.01, bands.shape)
    bands[:] = numpy.where(heard, numpy.clip(moved, 0, 1.2), 0)
    if random.random() < 0.5:
        bands[:] = numpy.roll(bands, random.integers(-5, 6), axis=2)
    if random.random() < 0.3:
        # A noise floor of its own.
        floor = random.uniform(0, 0.35) + random.normal(0, 0.01, bands.shape)
        bands[:] = numpy.maximum(bands, floor)
