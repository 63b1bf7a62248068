"""Pages that the generator has no part in: another markup, other style sheets, other copy, other ways to clash. For `npm run eval -- brands --pages DIR`.

    python otherPages.py DIR

Forty pages: for each tone two companies, each once with a look that fits and once with one that clashes.
"""

import html
import json
import os
import random
import sys

# [name, headline, tagline, [(title, text)] of three, testimonial, call to action]
COMPANIES = {
    "formal": [
        ["Ashcombe Trust Company", "Stewardship of private and institutional wealth",
         "For five generations we have administered estates, endowments and charitable foundations with prudence and discretion.",
         [("Fiduciary administration", "Our officers act as trustees and executors in accordance with the governing instruments and applicable law."),
          ("Investment counsel", "Portfolios are supervised by a committee of senior advisers and reviewed quarterly."),
          ("Succession planning", "We assist families in the orderly transfer of assets to the succeeding generation.")],
         "The Trustees wish to record their appreciation of the diligence shown by the company's officers.", "Request an appointment"],
        ["Ministry of Cultural Heritage", "Public notice regarding the protection of listed monuments",
         "Owners of listed properties are required to obtain written authorisation before undertaking alterations.",
         [("Applications", "Applications must be accompanied by drawings certified by a registered architect."),
          ("Assessment", "The Inspectorate shall issue its decision within sixty days of receipt."),
          ("Appeals", "Appeals against a decision may be lodged with the administrative tribunal.")],
         "The Minister has expressed gratitude to the municipal authorities for their cooperation.", "Submit an application"],
    ],
    "casual": [
        ["Spud", "Loaded fries, no small talk", "We do fries. Big ones, cheesy ones, weird ones. Come grab a box and find somewhere to sit.",
         [("What's in the box", "Pretty much whatever you want, just tell us when to stop with the cheese."),
          ("Where we are", "Usually parked by the skate ramp, unless it's raining, then who knows."),
          ("When we're open", "Lunch till we run out, so don't leave it too late I guess.")],
         "Honestly didn't expect much and now I'm here like three times a week.", "See the menu"],
        ["Flatmate", "Renting with people you can actually stand", "Tell us how you live, we'll find you folks who live the same way. That's kind of it.",
         [("Quick profile", "Answer a few questions about dishes, guests and how late you stay up. Takes two minutes."),
          ("Chat first", "Say hey, swap a few messages, meet up for a beer if it feels right."),
          ("Move in whenever", "No fees, no awkward agents. Just grab your stuff and go.")],
         "Found two mates and a decent room in a week, can't complain.", "Have a look around"],
    ],
    "playful": [
        ["Bumbleberry", "Jam so jolly it jumps out of the jar!", "Wiggly fruit, giggly spoons and a teeny bit of toast magic in every pot.",
         [("Razzle Raspberry", "Tickles your tongue and then runs away laughing. Catch it if you can!"),
          ("Grumpy Gooseberry", "He's sour, he's spiky, he secretly loves cuddles."),
          ("Moonbeam Marmalade", "Stirred by owls at midnight, hoot hoot, don't tell the oranges!")],
         "My toast did a happy dance and now the cat wants some too!", "Pop a lid!"],
        ["Wobblebots", "Build a robot that can't stop dancing", "Snap, click, boing! Make silly machines from bouncy bits and googly eyes.",
         [("Noodle Arms", "So bendy they can hug a tree and scratch your nose at the same time."),
          ("Disco Brain", "Flashes in seventeen colours whenever somebody sneezes."),
          ("Secret Button", "We're not telling what it does. Okay, it makes a duck noise!")],
         "My robot ate my sock and we laughed till bedtime.", "Let's build one!"],
    ],
    "urgent": [
        ["LastMinute Ferries", "Sailing tonight: 14 berths left", "Fares jump at midnight. Book in the next two hours or wait until Thursday.",
         [("Departing 21:40", "Check-in closes in 35 minutes. No late boarding, no exceptions."),
          ("Tomorrow nearly full", "Only six cabins remain and they are going fast."),
          ("Storm on Wednesday", "All crossings may be cancelled, so travel now if you can.")],
         "Don't wait like I did, the price doubled while I was thinking.", "Book now"],
        ["Flood Relief Fund", "Families are on rooftops right now", "Boats, food and clean water are needed today. Every hour counts.",
         [("Give before 6 pm", "All gifts received tonight will be doubled until the deadline."),
          ("Volunteers needed immediately", "Call the hotline at once if you have a truck or a boat."),
          ("Supplies running out", "Our warehouse holds bread for one more day.")],
         "Please hurry, we cannot hold out much longer.", "Donate immediately"],
    ],
    "luxurious": [
        ["Maison Aurelle", "The rarest roses, captured in crystal", "A perfume of sublime depth, composed over seven years by our master perfumer.",
         [("The flacon", "Hand-blown in Murano and sealed with a thread of gold."),
          ("The essence", "Rose de Mai, aged oud and a whisper of saffron linger upon the skin."),
          ("The ritual", "Each bottle is presented in a velvet casket and engraved with your initials.")],
         "An exquisite creation that leaves a trail of quiet splendour.", "Discover the fragrance"],
        ["Villa Serrano", "A private estate above the Côte d'Azur", "Marble terraces, centuries-old olive trees and the discreet service of a devoted staff.",
         [("The suites", "Silk-lined walls, hand-carved beds and sweeping views of the sea."),
          ("The table", "Our chef composes each dinner around rare vintages from the estate's cellar."),
          ("The spa", "Surrender to treatments of white truffle and gold beneath vaulted stone.")],
         "One leaves with the sense of having dined among gods.", "Enquire with discretion"],
    ],
    "technical": [
        ["Kestrel DB", "A time-series engine for edge devices", "Append-only storage, columnar compression and SQL in a 3 MB static binary.",
         [("Ingest", "Writes up to 1.2 million points per second on a quad-core ARM board."),
          ("Query", "Vectorized execution with predicate pushdown and window functions."),
          ("Replicate", "Asynchronous log shipping over gRPC with configurable retention.")],
         "We reduced p99 latency from 80 ms to 6 ms after the migration.", "Read the docs"],
        ["Norvik Sensors", "NX-4 differential pressure transmitter", "Range 0 to 25 kPa, output 4 to 20 mA, accuracy ±0.075 % of span.",
         [("Interfaces", "HART 7, Modbus RTU over RS-485 and an optional LoRaWAN module."),
          ("Environment", "Rated IP68, operating temperature from −40 to 85 °C, 316L stainless steel body."),
          ("Calibration", "Factory calibrated against traceable standards; zero and span adjustable by firmware.")],
         "Drift stayed below 0.02 % over twelve months of logging.", "Download datasheet"],
    ],
    "friendly": [
        ["Maple Lane Dentists", "Hello, and welcome to our little practice", "We look after families, nervous patients and everyone in between, and we're happy you're here.",
         [("Take your time", "If you feel a bit anxious, just let us know and we'll go as slowly as you like."),
          ("Kids are welcome", "Your little ones get a sticker, a smile and a tour of the big chair."),
          ("We're here to help", "Ring us with any question, Susan at the desk loves a chat.")],
         "They remembered my daughter's name and made her laugh, thank you all so much!", "Come and say hello"],
        ["Goodneighbour", "Helping hands, just around the corner", "Need someone to walk the dog or carry the shopping? We'll introduce you to a kind neighbour.",
         [("Meet someone nearby", "Tell us what you need and we'll find a friendly person on your street."),
          ("Share what you can", "Lend a ladder, bake a cake, or simply keep somebody company."),
          ("Always someone to talk to", "Our volunteers are happy to listen and glad to help.")],
         "It's lovely to know that there are people who care.", "Join our community"],
    ],
    "bold": [
        ["VOLT Gym", "Weak is a choice", "No mirrors. No excuses. Just iron, sweat and people who refuse to quit.",
         [("Lift like hell", "Six racks, two tons of plates and coaches who don't whisper."),
          ("Fight", "Step into the ring and find out who you are."),
          ("Dominate", "Smash your record, then smash it again.")],
         "This place broke me and built a monster.", "Get in"],
        ["Riot Studio", "We make brands that pick fights", "Safe is invisible. We build identities that punch holes in the market.",
         [("Strategy with teeth", "We find your enemy and go straight for the throat."),
          ("Design that shouts", "Huge type, raw colour, zero apologies."),
          ("Launch loud", "If nobody is offended, we didn't finish the job.")],
         "They blew up our old brand and we doubled sales.", "Start the riot"],
    ],
    "calm": [
        ["Stillwater Retreat", "A quiet house beside the lake", "Come to rest. The mornings are slow, the rooms are simple, and the water is always near.",
         [("Silence", "Until noon nobody speaks, and the only sound is the reeds."),
          ("Gentle movement", "Soft stretching by the window, at the pace of your own breath."),
          ("Warmth", "A wood stove, herbal tea and wool blankets for the long evenings.")],
         "I slept as I had not slept in years.", "Rest with us"],
        ["Lull", "Drift softly into sleep", "Quiet stories and the sound of rain to ease your mind at the end of the day.",
         [("Breathe", "Slow, guided breathing to loosen what the day has left behind."),
          ("Listen", "Gentle voices, distant waves, a fire burning low."),
          ("Let go", "There is nothing more to do tonight. Close your eyes.")],
         "A peaceful hush settles over me each evening.", "Begin a quiet night"],
    ],
    "inspirational": [
        ["Open Horizon Foundation", "Every dream deserves a first step", "We help young people discover their strength, follow their purpose and change their world.",
         [("Mentors who believe", "One person who believes in you can transform a whole life."),
          ("Scholarships for dreamers", "Last year 300 students became the first in their family to reach university."),
          ("A future we build together", "Hope grows when we lift each other up.")],
         "You showed me that I could fly, and now I teach others to spread their wings.", "Be the change"],
        ["Summit Within", "Rise to the life you imagine", "Your journey begins the moment you believe that more is possible.",
         [("Find your purpose", "Look within, listen to your heart and let it guide you forward."),
          ("Grow through courage", "Each challenge is an invitation to become who you are meant to be."),
          ("Inspire others", "When you shine, you light the path for those who follow.")],
         "I discovered a strength in me that I never knew I had.", "Start your journey"],
    ],
}

# [background, surface, text, primary, on primary, accent], heading font, body font, radius, gap, heading weight, heading case, align; two looks a tone
LOOKS = {
    "formal": [(["#ffffff", "#f3f5f8", "#1c2733", "#1b365d", "#ffffff", "#8a7441"], "Georgia, 'Times New Roman', serif", "Georgia, 'Times New Roman', serif", 0, 16, 700, "none", "left"),
               (["#fbfaf7", "#efece4", "#26241f", "#5b1f28", "#ffffff", "#7a7265"], "'Times New Roman', Times, serif", "Arial, Helvetica, sans-serif", 2, 16, 400, "none", "left")],
    "casual": [(["#fffaf2", "#f4e9d8", "#37302a", "#d2691e", "#ffffff", "#2f7f86"], "'Trebuchet MS', sans-serif", "'Trebuchet MS', sans-serif", 8, 16, 700, "none", "left"),
               (["#ffffff", "#eef2f5", "#333b42", "#3f7cac", "#ffffff", "#e3b23c"], "Rubik, Verdana, sans-serif", "Verdana, sans-serif", 6, 12, 600, "none", "left")],
    "playful": [(["#fff4c9", "#ffffff", "#3d2559", "#ff4fa0", "#ffffff", "#27c4e5"], "'Comic Sans MS', 'Chalkboard SE', cursive", "'Comic Sans MS', cursive", 24, 20, 700, "none", "center"),
                (["#f3e9ff", "#ffffff", "#402a5c", "#8a3ffc", "#ffffff", "#ffd23f"], "'Baloo 2', 'Comic Sans MS', cursive", "Quicksand, 'Trebuchet MS', sans-serif", 30, 16, 800, "none", "center")],
    "urgent": [(["#ffffff", "#fff0ee", "#1a1a1a", "#d90429", "#ffffff", "#ffd400"], "Impact, 'Arial Black', sans-serif", "Arial, sans-serif", 0, 12, 700, "uppercase", "center"),
               (["#111111", "#222222", "#ffffff", "#ff2a1f", "#ffffff", "#ffe600"], "'Arial Black', Arial, sans-serif", "Arial, sans-serif", 4, 12, 900, "uppercase", "left")],
    "luxurious": [(["#0f0e0c", "#1b1916", "#f1e9d8", "#c6a15b", "#14110b", "#7d6636"], "Didot, 'Playfair Display', Georgia, serif", "'Cormorant Garamond', Georgia, serif", 0, 40, 400, "none", "center"),
                  (["#f8f4ec", "#efe7d8", "#2b241b", "#9a7b45", "#ffffff", "#3a2f22"], "'Playfair Display', 'Times New Roman', serif", "Garamond, Georgia, serif", 0, 48, 400, "uppercase", "center")],
    "technical": [(["#0d1117", "#161b22", "#c9d1d9", "#58a6ff", "#0d1117", "#3fb950"], "'JetBrains Mono', Consolas, monospace", "Inter, 'Segoe UI', sans-serif", 6, 16, 600, "none", "left"),
                  (["#f7f9fb", "#ffffff", "#1f2933", "#0b69a3", "#ffffff", "#f0b429"], "'Segoe UI', Roboto, sans-serif", "'Segoe UI', Roboto, sans-serif", 4, 8, 600, "none", "left")],
    "friendly": [(["#fdfcf8", "#eaf6ec", "#38463c", "#4caf6d", "#ffffff", "#ffb347"], "Nunito, 'Trebuchet MS', sans-serif", "Nunito, 'Trebuchet MS', sans-serif", 16, 16, 700, "none", "left"),
                 (["#ffffff", "#e9f5fd", "#2f4858", "#3aa0d8", "#ffffff", "#ff8a65"], "Quicksand, Verdana, sans-serif", "'Open Sans', Verdana, sans-serif", 12, 20, 700, "none", "center")],
    "bold": [(["#000000", "#111111", "#ffffff", "#f5ff00", "#000000", "#ff003c"], "Impact, 'Anton', sans-serif", "Helvetica, Arial, sans-serif", 0, 24, 900, "uppercase", "left"),
             (["#ff3b1d", "#000000", "#ffffff", "#000000", "#ffffff", "#ffffff"], "'Archivo Black', 'Arial Black', sans-serif", "Arial, sans-serif", 0, 32, 900, "uppercase", "left")],
    "calm": [(["#f4f6f2", "#e8ede4", "#4b554c", "#8aa68f", "#ffffff", "#cdbfa8"], "'Cormorant Garamond', Georgia, serif", "'Helvetica Neue', sans-serif", 8, 40, 300, "none", "center"),
             (["#eef2f6", "#f8fafc", "#505b68", "#8ba3b8", "#ffffff", "#cfd8e0"], "'Avenir Next', 'Gill Sans', sans-serif", "'Avenir Next', 'Gill Sans', sans-serif", 12, 32, 300, "none", "center")],
    "inspirational": [(["#ffffff", "#f5f0ff", "#2e2a4a", "#6a3fc8", "#ffffff", "#ff9f45"], "Montserrat, 'Avenir Next', sans-serif", "Lora, Georgia, serif", 10, 24, 700, "none", "center"),
                      (["#fffaf3", "#ffffff", "#33312e", "#e2703a", "#ffffff", "#2a7f92"], "Poppins, 'Century Gothic', sans-serif", "Poppins, 'Century Gothic', sans-serif", 12, 24, 600, "none", "center")],
}
# What nobody would choose for the tone.
AGAINST = {"formal": "playful", "casual": "luxurious", "playful": "formal", "urgent": "calm", "luxurious": "urgent",
           "technical": "playful", "friendly": "bold", "bold": "calm", "calm": "urgent", "inspirational": "technical"}
FONTS = ["'Comic Sans MS', cursive", "'Courier New', monospace", "Impact, sans-serif", "'Times New Roman', serif", "Papyrus, fantasy",
         "'Brush Script MT', cursive", "Verdana, sans-serif", "Georgia, serif"]


def sheet(look):
    colors, heading, body, radius, gap, weight, case, align = look
    background, surface, text, primary, on_primary, accent = colors
    return f"""
  * {{ box-sizing: border-box; }}
  body {{ margin: 0; background: {background}; color: {text}; font: 16px/1.6 {body}; }}
  h1, h2, h3 {{ font-family: {heading}; font-weight: {weight}; text-transform: {case}; line-height: 1.2; margin: 0 0 {gap}px; }}
  h1 {{ font-size: 48px; }} h2 {{ font-size: 32px; }} h3 {{ font-size: 20px; color: {primary}; }}
  nav {{ display: flex; justify-content: space-between; padding: {gap}px {2 * gap}px; border-bottom: 1px solid {accent}; }}
  nav a {{ color: {text}; text-decoration: none; margin-left: {gap}px; }}
  .intro {{ padding: {4 * gap}px {2 * gap}px; text-align: {align}; background: {surface}; }}
  .row {{ display: flex; gap: {gap}px; padding: {2 * gap}px; }}
  .box {{ flex: 1; background: {surface}; border-radius: {radius}px; padding: {gap}px; }}
  .btn {{ display: inline-block; background: {primary}; color: {on_primary}; border: none; border-radius: {radius}px; padding: {gap // 2}px {gap}px; font: inherit; }}
  blockquote {{ margin: {gap}px {2 * gap}px; padding-left: {gap}px; border-left: 4px solid {accent}; }}
  footer {{ padding: {gap}px {2 * gap}px; background: {surface}; }}
"""


def mess(rng):
    """Style attributes as somebody leaves them who changes everything a little."""
    return (f"font-family: {rng.choice(FONTS)}; font-size: {rng.randint(10, 41)}px; color: #{rng.randint(0, 0xffffff):06x}; "
            f"background: #{rng.randint(0, 0xffffff):06x}; padding: {rng.randint(1, 39)}px; margin: {rng.randint(0, 33)}px; "
            f"border-radius: {rng.randint(0, 29)}px; text-align: {rng.choice(['left', 'center', 'right'])}")


def page(company, styles, rng=None):
    name, headline, tagline, features, praise, action = [*company]

    def say(tag, text, kind=""):
        style = f' style="{mess(rng)}"' if rng else ""
        return f"<{tag}{kind}{style}>{html.escape(text)}</{tag}>"

    boxes = "\n".join(f'    <div class="box">{say("h3", title)}{say("p", text)}</div>' for title, text in features)
    button = ' class="btn"'
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{html.escape(name)}</title><style>{styles}</style></head>
<body>
  <nav><strong>{html.escape(name)}</strong><span><a href="#about">About</a><a href="#contact">Contact</a></span></nav>
  <section class="intro">{say("h1", headline)}{say("p", tagline)}{say("button", action, button)}</section>
  <section class="row">
{boxes}
  </section>
  {say("blockquote", praise)}
  <footer>{html.escape(name)}, 14 Station Road</footer>
</body>
</html>
"""


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(5)

    def write(name, text, tone, consistent, kind):
        with open(os.path.join(folder, f"{name}.html"), "w") as file:
            file.write(text)
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump({"tone": tone, "consistent": consistent, "kind": kind}, file)

    for tone, companies in COMPANIES.items():
        for index, company in enumerate(companies):
            look = LOOKS[tone][index]
            write(f"{tone}-{index + 1}-fits", page(company, sheet(look)), tone, True, "fits")
            if index == 0:
                write(f"{tone}-1-stranger", page(company, sheet(LOOKS[AGAINST[tone]][0])), tone, False, "stranger")
            else:
                write(f"{tone}-2-mess", page(company, sheet(look), rng), tone, False, "mess")


main()
