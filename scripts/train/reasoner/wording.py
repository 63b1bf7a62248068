"""English wordings of arithmetic problems, as small text templates.

Template language:
    {a|b|c}   one of the alternatives        [a]      present half of the time
    $name     a variable of the problem      @name    one of the MACROS
    ~verb     the verb, inflected for the main person and tense      %verb  for the second person
"""

import random
import re

NAMES_M = """Sam Tom Ben Jack Leo Max Noah Liam Omar Paul Peter John James David Daniel Adam Alex Luke
Mark Oscar Hugo Felix Ivan Karl Lars Nils Raj Ravi Amir Ali Hassan Yusuf Kofi Kwame Diego Carlos Juan
Pedro Miguel Luis Marco Luca Matteo Pierre Louis Henri Hans Otto Erik Sven Bjorn Kenji Hiro Wei Ming
Chen Jin Min Arjun Dev Vikram George Henry Harry Charlie Oliver Ethan Mason Lucas Logan Aiden Jacob
Ryan Kevin Brian Eric Steve Bob Bill Jim Joe Mike Nick Tim Ted Fred Frank Dan Ken Ron Roy Ray Gary
Larry Jerry Andrew Matthew Anthony Simon Victor Walter Arthur Jamal Tyrone Malik Andre Josh Toby
Finn Theo Isaac Caleb Owen Wyatt Mr._Brown Mr._Smith Mr._Lee Grandpa Dad Samuel Robert William""".split()
NAMES_F = """Mia Anna Emma Lily Lucy Maria Sara Sarah Nina Lena Zoe Chloe Ella Eva Ava Olivia Sophia
Isabella Amelia Charlotte Emily Grace Hannah Julia Kate Katie Laura Linda Lisa Mary Megan Molly Nora
Rachel Rose Ruby Sophie Susan Tina Vera Wendy Aisha Fatima Leila Layla Noor Zara Priya Anika Meera
Lakshmi Yuki Sakura Hana Mei Ling Xiu Amara Ada Chidi Ngozi Ingrid Astrid Freya Sofia Elena Carla
Rosa Lucia Carmen Ana Camila Valentina Giulia Chiara Marie Claire Amelie Heidi Greta Olga Natasha
Irina Katya Alice Beth Betty Carol Dana Diana Ellen Fiona Gina Helen Iris Jane Jenny Jill Joan Judy
Karen Kelly Kim Nancy Pam Patty Sally Sandra Stella Tracy Violet Sue Mrs._Jones Ms._Green Grandma
Mom Aunt_Clara Jessica Rebecca Maya Naomi Abigail Penelope Hazel""".split()
# (singular form, third person) subjects that are not a name.
ROLES = """my brother|my sister|my friend|my uncle|my neighbor|a farmer|the farmer|a baker|the baker|a
teacher|the teacher|a student|a boy|a girl|the shopkeeper|a gardener|a fisherman|the chef|my mother|my
father|my dad|my mom|a man|a woman|my cousin|the librarian|a merchant|the coach|her brother|a squirrel|my
aunt|my grandmother|a pirate|a wizard|the king""".replace("\n", " ").split("|")
PLURALS = """we|they|my parents|the children|the kids|my friends|two friends|the twins|the students|our
neighbors|Sam and Mia|Tom and Anna|the girls|the boys|you|you""".replace("\n", " ").split("|")

# singular,plural; a bare word gets an s.
THINGS = """apple orange banana pear lemon peach plum mango melon grape cherry,cherries strawberry,strawberries
blueberry,blueberries tomato,tomatoes potato,potatoes carrot onion cookie cake cupcake muffin donut candy,candies
sweet chocolate lollipop sandwich,sandwiches pizza egg loaf_of_bread,loaves_of_bread bagel pie book comic
magazine notebook pencil pen crayon marker eraser ruler sticker stamp card postcard letter photo picture
painting drawing poster ball marble toy toy_car doll puzzle balloon kite block brick coin button bead shell
seashell stone rock pebble leaf,leaves flower rose tulip daisy,daisies plant tree seed ticket key cup mug
plate bowl spoon fork knife,knives bottle jar can box,boxes bag basket hat cap shirt sock shoe scarf,scarves
glove dress,dresses ring necklace bracelet chair table lamp candle clock watch,watches phone computer camera
battery,batteries game video_game baseball_card trading_card rabbit cat dog kitten puppy,puppies fish,fish
goldfish,goldfish chicken hen duck cow sheep,sheep goat horse pig bird pigeon parrot hamster bee butterfly,butterflies
nail screw bolt tile plank log star point token badge medal paper_clip rubber_band napkin straw nut walnut
acorn peanut olive bean mushroom pumpkin paper_plane model_car action_figure tennis_ball golf_ball
water_bottle cookie_jar brownie pancake waffle cracker blanket pillow towel box_of_crayons,boxes_of_crayons
slice_of_pizza,slices_of_pizza piece_of_candy,pieces_of_candy glass_of_juice,glasses_of_juice gem diamond
gold_coin feather ribbon sheet_of_paper,sheets_of_paper envelope folder gift present toy_truck souvenir""".split()
PEOPLE = """student child,children kid boy girl person,people passenger guest visitor player worker
teacher man,men woman,women customer swimmer dancer soldier tourist friend fan singer runner""".split()
ADJECTIVES = """red blue green yellow black white pink purple orange brown small big large old new broken
wooden plastic shiny ripe rotten fresh fancy empty full clean dirty round square long short""".split()
CONTAINERS = """box,boxes bag basket jar crate shelf,shelves drawer bowl packet pack carton tray bucket
backpack tin chest case cabinet sack envelope bin pouch,pouches folder""".split()
GROUPS = """row table team group class,classes bus,buses shelf,shelves page floor room car van boat line
column house garden tree cage classroom bench,benches tent building nest plate album field wagon desk""".split()
PLACES = """on the table|in the box|in the basket|in a bag|in the garden|at home|in the kitchen|on the shelf|in
the park|in the jar|in the drawer|at the store|in the room|in the barn|on a plate|in the fridge|on the
farm|in the bowl|at school|in the store""".replace("\n", " ").split("|")
ANIMALS4 = "dog cat cow horse sheep,sheep goat pig rabbit table chair elephant lion".split()

MONEY = ["dollars", "dollars", "dollars", "euros", "cents", "pounds", "coins", "$"]
LENGTHS = "meters miles kilometers km feet inches cm yards centimeters steps meter blocks".split()
TIMES = "minutes hours days seconds weeks".split()
WEIGHTS = "kg kilograms pounds grams tons ounces liters gallons cups ml".split()

IRREGULAR = {
    "have": ("has", "had"), "be": ("is", "was"), "do": ("does", "did"), "buy": ("buys", "bought"),
    "get": ("gets", "got"), "find": ("finds", "found"), "win": ("wins", "won"), "eat": ("eats", "ate"),
    "lose": ("loses", "lost"), "give": ("gives", "gave"), "sell": ("sells", "sold"),
    "break": ("breaks", "broke"), "throw": ("throws", "threw"), "spend": ("spends", "spent"),
    "make": ("makes", "made"), "take": ("takes", "took"), "catch": ("catches", "caught"),
    "grow": ("grows", "grew"), "read": ("reads", "read"), "run": ("runs", "ran"), "go": ("goes", "went"),
    "drive": ("drives", "drove"), "ride": ("rides", "rode"), "swim": ("swims", "swam"),
    "write": ("writes", "wrote"), "draw": ("draws", "drew"), "cut": ("cuts", "cut"), "put": ("puts", "put"),
    "keep": ("keeps", "kept"), "send": ("sends", "sent"), "see": ("sees", "saw"), "drink": ("drinks", "drank"),
    "pay": ("pays", "paid"), "hide": ("hides", "hid"), "lend": ("lends", "lent"), "build": ("builds", "built"),
    "start": ("starts", "started"), "begin": ("begins", "began"), "want": ("wants", "wanted"),
    "hold": ("holds", "held"), "leave": ("leaves", "left"), "sleep": ("sleeps", "slept"),
    "hike": ("hikes", "hiked"), "come": ("comes", "came"), "fly": ("flies", "flew"), "carry": ("carries", "carried"),
    "bring": ("brings", "brought"), "steal": ("steals", "stole"), "borrow": ("borrows", "borrowed"),
    "study": ("studies", "studied"), "think": ("thinks", "thought"), "know": ("knows", "knew"),
}


def third(verb):
    if verb in IRREGULAR:
        return IRREGULAR[verb][0]
    return verb + ("es" if re.search(r"(s|x|ch|sh)$", verb) else "s")


def past(verb):
    if verb in IRREGULAR:
        return IRREGULAR[verb][1]
    if verb in ("drop", "plan", "ship", "jog", "grab", "trade", "swap", "plant", "snap"):
        return {"drop": "dropped", "plan": "planned", "ship": "shipped", "jog": "jogged", "grab": "grabbed",
                "trade": "traded", "swap": "swapped", "plant": "planted", "snap": "snapped"}[verb]
    return verb + ("d" if verb.endswith("e") else "ed")


ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen""".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def words(n, rng=random):
    """English number words for 0 ≤ n < 10,000."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (("-" if rng.random() < 0.6 else " ") + ONES[n % 10] if n % 10 else "")
    base, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    head, rest = divmod(n, base)
    text = words(head, rng) + " " + name
    if rest:
        text += (" and " if rng.random() < 0.5 and rest < 100 else " ") + words(rest, rng)
    return text


_SYLLABLES = [c + v for c in "b bl br d f fl g gl gr h j k l m n p pl qu r s sk sl t tr v w z th sh ch".split()
              for v in ("a", "e", "i", "o", "u", "ee", "oo", "ai")]
_ENDINGS = ["", "n", "m", "k", "p", "t", "x", "r", "l", "b", "g", "nd", "rk", "ll"]


def invented(rng):
    """A made-up word: the model has to copy unknown names and nouns instead of reciting known ones."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((1, 2, 2, 3)))) + rng.choice(_ENDINGS)


def noun(entry):
    one, _, many = entry.replace("_", " ").partition(",")
    return one, many or one + "s"


def a_thing(rng, people=0.0):
    if rng.random() < 0.10:
        word = invented(rng)
        return word, word + "s"
    one, many = noun(rng.choice(PEOPLE if rng.random() < people else THINGS))
    if rng.random() < 0.12:
        adjective = rng.choice(ADJECTIVES)
        return f"{adjective} {one}", f"{adjective} {many}"
    return one, many


def a_name(rng):
    """(name, subject pronoun, object pronoun, possessive)"""
    female = rng.random() < 0.5
    if rng.random() < 0.12:
        name = invented(rng).capitalize()
    else:
        name = rng.choice(NAMES_F if female else NAMES_M).replace("_", " ")
    if rng.random() < 0.04:
        return name, "they", "them", "their"
    return (name, "she", "her", "her") if female else (name, "he", "him", "his")


def person(rng):
    """The main person: (subject, pronoun, object, possessive, is third person singular)."""
    r = rng.random()
    if r < 0.62:
        return (*a_name(rng), True)
    if r < 0.78:
        return "I", "I", "me", "my", False
    if r < 0.90:
        role = rng.choice(ROLES)
        her = re.search(r"sister|mother|mom|girl|woman|aunt", role)
        return (role, "she", "her", "her", True) if her else (role, "he", "him", "his", True)
    who = rng.choice(PLURALS)
    if who == "we":
        return "we", "we", "us", "our", False
    if who == "you":
        return "you", "you", "you", "your", False
    return who, "they", "them", "their", False


_PARSED = {}


def _parse(text, i, stop):
    options, current = [], []
    while i < len(text) and text[i] not in stop:
        c = text[i]
        if c == "{":
            node, i = _parse(text, i + 1, "}")
            current.append(node)
        elif c == "[":
            node, i = _parse(text, i + 1, "]")
            current.append(("maybe", node))
        elif c == "|":
            options.append(current)
            current = []
        elif c in "$@~%" and re.match(r"[A-Za-z]", text[i + 1 : i + 2]):
            j = i + 1
            while j < len(text) and re.match(r"[A-Za-z0-9_]", text[j]):
                j += 1
            current.append((c, text[i + 1 : j]))
            i = j - 1
        else:
            j = i
            while j + 1 < len(text) and text[j + 1] not in "{[|]}$@~%":
                j += 1
            current.append(text[i : j + 1])  # a lone % or ~ is an ordinary character
            i = j
        i += 1
    options.append(current)
    return ("choice", options), i


def expand(template, ctx, rng):
    tree = _PARSED.get(template)
    if tree is None:
        tree = _PARSED[template] = _parse(template, 0, "")[0]
    out = []
    _emit(tree, ctx, rng, out)
    return "".join(out)


def _inflect(verb, singular, subject, tense):
    if verb == "be":
        if tense == "past":
            return "was" if singular or subject == "I" else "were"
        return "is" if singular else "am" if subject == "I" else "are"
    if tense == "past":
        return past(verb)
    return third(verb) if singular else verb


def _emit(node, ctx, rng, out):
    if isinstance(node, str):
        out.append(node)
        return
    kind, value = node
    if kind == "choice":
        for child in value[int(rng.random() * len(value))] if len(value) > 1 else value[0]:
            _emit(child, ctx, rng, out)
    elif kind == "maybe":
        if rng.random() < 0.5:
            _emit(value, ctx, rng, out)
    elif kind == "$":
        out.append(ctx[value])
    elif kind == "@":
        out.append(expand(rng.choice(MACROS[value]), ctx, rng))
    elif kind == "~":
        out.append(_inflect(value, ctx["_singular"], ctx["N"], ctx["_tense"]))
    else:
        out.append(_inflect(value, True, ctx["M"], ctx["_tense"]))


def capitalise(text):
    """Upper case at the start of every sentence and for the pronoun I."""
    text = re.sub(r"\ba hour", "an hour", re.sub(r"\bI has\b", "I have", re.sub(r"\bI is\b", "I am", text)))
    text = re.sub(r"\b(we|you|they|We|You|They) has\b", r"\1 have", text)
    return re.sub(r"(^|[.?!] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


def render_number(n, rng, spelled):
    if spelled and 0 <= n < 10000:
        return words(n, rng)
    if n >= 1000 and rng.random() < 0.15:
        return f"{n:,}"
    return str(n)


def context(rng, numbers, people=0.0):
    subject, pronoun, obj, possessive, singular = person(rng)
    second, second_pronoun, second_obj, second_possessive = a_name(rng)
    while second == subject:
        second, second_pronoun, second_obj, second_possessive = a_name(rng)
    third_name = a_name(rng)[0]
    u, units = a_thing(rng, people)
    v, others = a_thing(rng, people)
    w, thirds = a_thing(rng, people)
    c, containers = noun(rng.choice(CONTAINERS))
    g, groups = noun(rng.choice(GROUPS))
    tense = "past" if rng.random() < 0.5 else "present"
    adjective = rng.sample(ADJECTIVES, 3)
    spelled = rng.random() < 0.05
    money = rng.choice(MONEY)
    period = rng.choice(("day", "day", "day", "week", "hour", "hour", "minute", "month", "year", "night", "evening"))
    ctx = {
        "N": subject, "P": pronoun, "o": obj, "h": possessive, "M": second, "Q": second_pronoun,
        "mo": second_obj, "mh": second_possessive, "K": third_name, "u": u, "U": units, "v": v, "V": others,
        "w": w, "W": thirds, "c": c, "C": containers, "g": g, "G": groups, "place": rng.choice(PLACES),
        "a1": adjective[0], "a2": adjective[1], "a3": adjective[2],
        "len": rng.choice(LENGTHS), "time": rng.choice(TIMES), "kg": rng.choice(WEIGHTS),
        "does": "did" if tense == "past" else "does" if singular else "do",
        "doesnow": "does" if singular else "do", "hasnow": "has" if singular else "have",
        "isnow": "is" if singular else "am" if subject == "I" else "are",
        "per": period, "pers": period + "s", "rel": rng.choice(("brother", "sister", "cousin", "friend")),
        "_singular": singular, "_tense": tense, "_money": money,
        "four": noun(rng.choice(ANIMALS4))[1],
    }
    for name, n in numbers.items():
        one_is_spelled = spelled or (n < 13 and rng.random() < 0.04)
        text = render_number(n, rng, one_is_spelled)
        ctx[name] = text
        ctx[name + "m"] = f"${text}" if money == "$" and not one_is_spelled else (
            f"{text} dollars" if money == "$" else f"{text} {money}")
    ctx["money"] = "dollars" if money == "$" else money
    return ctx


# Longer pieces that several templates share. `x` is what there is at first, `y` and `z` change it.
MACROS = {
    "start": [
        "$N ~have $x $U", "$N ~have $x $U", "$N ~have $x $U", "$N ~have $x $U $place",
        "$N {~start|~begin} with $x $U", "$N ~have a {collection|total|box|bag} of $x $U",
        "there ~~were $x $U $place", "$N ~own $x $U", "$N ~{collect|find|pick|gather|make|buy|get} $x $U",
        "$N already ~have $x $U", "$N ~keep $x $U $place",
    ],
    "when": ["today", "yesterday", "on Monday", "on Sunday", "this morning", "last week", "in the morning",
             "at the market", "at school", "at the store", "for {h}", "after lunch", "at the park"],
    "gain": [
        "~buy $y more[ $U]", "~buy $y more[ $U]", "~get $y more[ $U]", "~find $y more[ $U]",
        "~pick $y more[ $U]", "~receive $y more[ $U][ from {$M|a friend|$h friend}]", "~collect $y more[ $U]",
        "~get $y more[ $U] from {$M|a friend}", "~add $y {more|to it|to them}", "~make $y more", "~win $y more[ $U]",
        "~buy another $y[ $U]", "~find another $y[ $U]", "~get another $y", "~take $y more", "~earn $y more",
        "~{gather|borrow|order|pick up} $y more[ $U]", "then ~buy $y", "~{find|buy|get|pick} $y {additional|extra} {ones|$U}",
    ],
    "gainsentence": [
        "$M %give $o $y more[ $U]", "$M %give $o $y more", "$M %give $o another $y[ $U]",
        "$h {mother|father|friend|brother|sister|teacher|neighbor|uncle} gives $o $y more[ $U]",
        "a friend gave $o $y more[ $U]", "{then|later} $P ~{buy|get|find|pick} $y more[ $U]",
        "$P ~{buy|get|find|receive} $y more[ $U]", "$P @gain", "$P then @gain", "then $P @gain", "$N @gain",
        "@when $P @gain", "$M %{bring|send|hand|lend|mail} $o $y more[ $U]",
    ],
    "lose": [
        "~eat $y", "~eat $y of them", "~lose $y", "~lose $y of them", "~give $y away", "~give away $y[ of them]",
        "~give $y to {$M|a friend|$h {friend|brother|sister|mother|cousin}}", "~give $M $y[ of them]", "~sell $y[ of them]",
        "~use $y[ of them]", "~break $y[ of them]", "~throw away $y", "~donate $y", "~drop $y", "~spend $y",
        "~hand $y to $M", "~put $y of them away", "~share $y with {$M|friends|$h friends}", "~give $y[ $U] to $M",
        "~eat $y[ $U]", "~give away $y $U", "~return $y", "~trade away $y", "~lend $y to $M", "~send $y to $M",
        "~leave $y of them at {home|school|the park}", "~remove $y", "~take $y {of them out|away}",
    ],
    "losesentence": [
        "$P @lose", "$P @lose", "$P then @lose", "then $P @lose", "$N @lose", "later $P @lose", "@when $P @lose",
        "$M %{take|eat|borrow|steal} $y[ of them]", "$y of them {broke|got lost|fell|were stolen|went bad|disappeared}",
        "$y {are|were} {eaten|sold|lost|given away|broken|taken|used|thrown away}", "but $P @lose", "after that $P @lose",
    ],
    "qnow": [
        "how many $U $doesnow {$N|$P} have{ now|| in total| altogether| in all}?",
        "how many $U $doesnow {$N|$P} have{ now|}?", "how many {$U|} {does that make|is that|are there} {now|in total|altogether}?",
        "how many $U are there {now|in all|altogether|in total}?", "how many[ $U] $doesnow $P have {now|in total|altogether|in all}?",
        "what is the total number of $U?", "what is {$h|the} new total?", "how many $U in total?", "total?",
        "{find|tell me|work out|calculate} {the total number of $U|how many $U $P $hasnow}.", "how many $U did $P have in {all|total}?",
        "now how many $U $doesnow $P have?", "so how many $U $doesnow $P have {now|}?",
    ],
    "qleft": [
        "how many $U $doesnow {$N|$P} have {left|now|left over|remaining}?", "how many $U are {left|remaining}?",
        "how many[ $U] are left[ over]?", "how many $U $doesnow {$N|$P} have{ left| now|}?", "how many {remain|are left|$U remain}?",
        "how many $U {remain|are still there|are there now}?", "what is left?", "how many does that leave[ $o]?",
        "how many $U does {$N|$P} still have?" , "how many did $P {have left|keep}?", "how many $U did $N have left?",
        "{find|tell me|work out} how many $U are left.", "what's the number of $U left?", "how many $U still remain?",
        "now how many $U $doesnow $P have?",
    ],
}
# Placeholders used above that need real expansion rules.
MACROS["when"] = [w for w in MACROS["when"] if "{h}" not in w]
MACROS["start"] = [m.replace("~~were", "were") for m in MACROS["start"]]
# "~{a|b}" inflects whichever alternative is taken.
_ALTERNATIVES = re.compile(r"([~%])\{([^{}]*)\}")


def _distribute(text):
    def one(m):
        return "{" + "|".join(m.group(1) + o for o in m.group(2).split("|")) + "}"
    return _ALTERNATIVES.sub(one, text)


for _name in MACROS:
    MACROS[_name] = [_distribute(m).replace("$U does {$N|$P} still", "$U $doesnow {$N|$P} still") for m in MACROS[_name]]
