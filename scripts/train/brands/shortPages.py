"""More pages that the generator has no part in: three sentences each, tables and style attributes. For `npm run eval -- brands --pages DIR`.

    python shortPages.py DIR

Forty pages, as otherPages.py makes them: two texts a tone, each once in a look that fits and once in one that clashes.
"""

import json
import os
import random
import sys

# Headline and two sentences.
TEXTS = {
"formal":(["Notice of General Meeting","The members of the cooperative are hereby invited to the ordinary general meeting.","Proxies must be received by the registrar no later than the close of business."],
 ["Hargreave Notaries","We draw up deeds, contracts and declarations in accordance with statutory requirements.","Appointments are granted upon written request."]),
"casual":(["Tuesday tacos","Roll up, grab a beer, we'll figure out the tacos.","No reservations, no fuss, no forks."],
 ["Old bikes, good bikes","We fix up rusty bikes and sell them for not much.","Swing by, take one for a spin, see if you like it."]),
"playful":(["The Tickle Trumpet","Toot it once and a bubble pops out, toot it twice and the dog starts dancing!","Comes in banana, bubblegum and burp."],
 ["Pirate Pancakes","Arrr, syrup ahead! Flip 'em, stack 'em and feed the parrot.","One-eyed chefs and giggly cannonballs included."]),
"urgent":(["Registration closes at 5 pm","Only 11 places are left and they will be gone by lunch.","Sign up now or wait another year."],
 ["Gas leak reported","Leave the building at once and call the emergency number.","Do not switch on lights, do not wait."]),
"luxurious":(["L'Heure Dorée","A timepiece of rose gold and midnight enamel, made for eleven collectors.","Private presentations by appointment in our salon."],
 ["The Belgravia Residences","Seven apartments of rare proportion, finished in bronze, oak and Calacatta marble.","A concierge of quiet perfection attends to every wish."]),
"technical":(["libfastjson 2.1","Parses 2.8 GB/s on a single core using AVX2 intrinsics.","Link with -lfastjson and include the header."],
 ["Gearbox GX-90","Ratio 1:50, backlash below 3 arcmin, rated torque 140 Nm.","Lubricate every 8,000 hours with ISO VG 220 oil."]),
"friendly":(["Hi from the toy library","Come and borrow a puzzle, stay for a chat, bring your baby brother.","We're always happy to see new faces."],
 ["Your local plumber, Dave","Got a drip? Give me a ring and I'll gladly pop round.","I take my shoes off at the door and I love a cup of tea."]),
"bold":(["BURN","Hot sauce for people who laugh at warnings.","We dare you to finish the bottle."],
 ["Black Ox Motors","Eight cylinders of pure defiance.","Get on, shut up and hold tight."]),
"calm":(["Moss & Rain","Slow ceramics in the colours of wet stone.","Each bowl dries for nine quiet days."],
 ["Evening practice","Sit, soften your gaze and let the breath come and go.","Stay for as long as it feels good."]),
"inspirational":(["One Million Trees","Plant a tree today and give tomorrow a reason to hope.","Together we are healing the earth, one root at a time."],
 ["Second Chances","We believe that everyone can rise again.","Your courage today becomes somebody's hope tomorrow."]),
}
# [background, ink, accent, font, weight, radius, padding, size of the headline]
LOOKS = {
"formal":[("#ffffff","#222b38","#23395d","Garamond, serif",400,0,24,30),("#f5f5f2","#202020","#344e41","'Times New Roman', serif",700,0,20,32)],
"casual":[("#fdf1e3","#3a3a3a","#e07a2f","Verdana, sans-serif",600,8,16,30),("#ffffff","#2d3a45","#2a9d8f","'Trebuchet MS', sans-serif",700,6,16,28)],
"playful":[("#ffe3f1","#4a1d5c","#ff5da2","'Comic Sans MS', cursive",700,28,20,40),("#e2fbff","#27306b","#ff9f1c","'Chalkboard SE', 'Comic Sans MS', cursive",700,24,22,38)],
"urgent":[("#ffffff","#111111","#e60023","'Arial Black', sans-serif",900,0,12,40),("#e60023","#ffffff","#ffdd00","Impact, sans-serif",700,2,14,44)],
"luxurious":[("#121212","#e8dcc2","#c9a227","Didot, serif",400,0,56,44),("#f6f1e7","#2a2118","#8c6d31","'Bodoni MT', Didot, serif",400,0,64,46)],
"technical":[("#f6f8fa","#24292f","#0969da","Consolas, monospace",600,6,16,24),("#1e1e2e","#cdd6f4","#89b4fa","'Fira Code', monospace",600,4,16,24)],
"friendly":[("#fffdf5","#41493f","#6aa84f","'Nunito', sans-serif",700,16,20,32),("#eef7ff","#33475b","#ff8552","'Quicksand', sans-serif",700,14,20,30)],
"bold":[("#000000","#ffffff","#ff2e00","Impact, sans-serif",900,0,32,72),("#ffea00","#000000","#000000","'Arial Black', sans-serif",900,0,28,64)],
"calm":[("#f1f4ef","#56605a","#9db5a4","'Cormorant Garamond', serif",300,4,48,36),("#f2f0f5","#5b5866","#a99fc0","Avenir, 'Gill Sans', sans-serif",300,10,44,32)],
"inspirational":[("#ffffff","#322b4f","#7b4fd0","Montserrat, sans-serif",700,12,28,46),("#fff6ea","#3b322a","#f0803c","Poppins, sans-serif",600,10,28,44)],
}
# A look that nobody would choose for the tone.
AGAINST = {"formal":"bold","casual":"formal","playful":"luxurious","urgent":"friendly","luxurious":"playful","technical":"luxurious","friendly":"urgent","bold":"friendly","calm":"bold","inspirational":"urgent"}


def page(text, look):
    background, ink, accent, font, weight, radius, padding, size = look
    headline, first, second = text
    case = "uppercase" if weight == 900 else "none"
    return f'''<!doctype html><html><head><title>{headline}</title></head>
<body bgcolor="{background}" style="background:{background};color:{ink};font-family:{font};margin:0">
<table width="100%" cellpadding="{padding}"><tr><td style="border-bottom:2px solid {accent}"><b style="color:{accent}">{headline}</b></td></tr>
<tr><td><h1 style="font-weight:{weight};font-size:{size}px;text-transform:{case};margin:0 0 {padding}px">{headline}</h1>
<p style="font-size:18px;line-height:1.5">{first}</p><p style="font-size:18px;line-height:1.5">{second}</p>
<a href="#" style="display:inline-block;background:{accent};color:{background};padding:{padding // 2}px {padding}px;border-radius:{radius}px;text-decoration:none">More</a></td></tr></table>
</body></html>'''


def chaos(text, rng):
    headline, first, second = text
    fonts = ["Papyrus", "'Courier New'", "Impact", "'Comic Sans MS'", "Georgia", "Arial"]
    rng.shuffle(fonts)

    def color():
        return f"#{rng.randint(0, 0xffffff):06x}"

    def box():
        return f"background:{color()};margin:{rng.randint(3, 40)}px;padding:{rng.randint(3, 40)}px;border-radius:{rng.randint(1, 30)}px"

    return f'''<html><body style="background:{color()}">
<h1 style="font-family:{fonts[0]};color:{color()};font-size:{rng.randint(17, 60)}px">{headline}</h1>
<div style="{box()}"><p style="font-family:{fonts[1]};color:{color()};font-size:{rng.randint(9, 26)}px">{first}</p></div>
<div style="{box()};text-align:right"><p style="font-family:{fonts[2]};color:{color()};font-size:{rng.randint(9, 26)}px">{second}</p>
<button style="font-family:{fonts[3]};{box()}">More</button></div></body></html>'''


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(3)

    def write(name, text, tone, consistent, kind):
        with open(os.path.join(folder, f"{name}.html"), "w") as file:
            file.write(text)
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump({"tone": tone, "consistent": consistent, "kind": kind}, file)

    for tone, (first, second) in TEXTS.items():
        write(f"{tone}-1-fits", page(first, LOOKS[tone][0]), tone, True, "fits")
        write(f"{tone}-1-stranger", page(first, LOOKS[AGAINST[tone]][0]), tone, False, "stranger")
        write(f"{tone}-2-fits", page(second, LOOKS[tone][1]), tone, True, "fits")
        write(f"{tone}-2-chaos", chaos(second, rng), tone, False, "chaos")


main()
