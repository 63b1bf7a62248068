"""Reads what export.mjs has written, and makes batches of brands of it.

The copy of a page is its own in half of the brands; in the others it is drawn line by line from the corpus, so that looks meet ever new words.
Copy of a tone on a page of a tone that does not go with it makes a clash out of two pages that are each consistent.
"""

import json
import os

import numpy
import torch

TONES = ["formal", "casual", "playful", "urgent", "luxurious", "technical", "friendly", "bold", "calm", "inspirational"]
TEXT = 768
COLOR, TYPOGRAPHY, LAYOUT = 8, 64, 128
# As in generator/clash.ts: tones whose looks pass for each other's.
NEIGHBOURS = {
    "formal": ["technical", "luxurious", "calm"],
    "casual": ["friendly", "playful", "inspirational", "calm", "technical"],
    "playful": ["friendly", "casual"],
    "urgent": ["bold"],
    "luxurious": ["formal", "calm"],
    "technical": ["formal", "casual"],
    "friendly": ["casual", "playful", "calm", "inspirational"],
    "bold": ["urgent"],
    "calm": ["friendly", "luxurious", "formal", "inspirational", "casual"],
    "inspirational": ["friendly", "casual", "calm", "bold"],
}
STRANGERS = [[TONES.index(u) for u in TONES if u != t and u not in NEIGHBOURS[t]] for t in TONES]
# Clashes that lie in the look alone, whatever the page says.
DISORDERS = {"cross", "sections", "roles", "elements"}
LONGEST = 16  # sentences of a brand in training
# Layout features that an image has too; the others are 0 there (src/media/brand/layoutFeatures.ts).
OF_IMAGES = [
    "columns: 1 to 6", "density", "density by band from the top", "density by band from the left", "evenness over the bands from the top",
    "symmetry left to right", "center of the content, x ±", "center of the content, y ±", "empty rows", "empty columns",
    "mean contrast, logarithmic", "least contrast, logarithmic", "largest contrast, logarithmic", "pairs below AA", "pairs below 3",
    "colours, of 12", "colourful ones, of 8", "share of the largest", "colourful area", "mean chroma of colourful ones · 4",
    "deviation of their chroma · 8", "deviation of their lightness · 4", "lightness of the background", "hue differences by class",
    "warm among colourful ones", "mean hue: cosine ±", "mean hue: sine ±", "area by lightness, in quarters",
    "area by chroma: up to 0.04, 0.12, more", "mean chroma by area · 4",
]


class Page:
    def __init__(self, about, values):
        colors, sentences = about["colors"], about["sentences"]
        ends = numpy.cumsum([colors * COLOR, TYPOGRAPHY, LAYOUT, sentences * TEXT])
        parts = numpy.split(values, ends[:-1])
        self.about = about
        self.tone = TONES.index(about["tone"])
        self.consistent = about["consistent"]
        self.clash = about.get("clash")
        self.colors = parts[0].reshape(-1, COLOR)
        self.typography, self.layout = parts[1], parts[2]
        self.text = parts[3].reshape(-1, TEXT).astype(numpy.float16)


def read_pages(folder):
    path = os.path.join(folder, "pages.f32")
    values = numpy.memmap(path, dtype="<f4", mode="r")
    pages, offset = [], 0
    with open(os.path.join(folder, "pages.jsonl")) as file:
        for line in file:
            about = json.loads(line)
            count = about["colors"] * COLOR + TYPOGRAPHY + LAYOUT + about["sentences"] * TEXT
            if offset + count > len(values):
                break  # the export is still running
            pages.append(Page(about, numpy.array(values[offset : offset + count])))
            offset += count
    return pages


class Lines:
    """The copy of a split, by tone (10: neutral) and kind."""

    kinds = ["sentence", "headline", "action", "composed"]

    def __init__(self, folder, split):
        with open(os.path.join(folder, f"lines-{split}.jsonl")) as file:
            lines = [json.loads(line) for line in file]
        self.features = numpy.fromfile(os.path.join(folder, f"lines-{split}.f32"), "<f4").reshape(-1, TEXT).astype(numpy.float16)
        self.rows = {}
        for row, line in enumerate(lines):
            self.rows.setdefault((line["tone"], line["kind"]), []).append(row)

    def draw(self, rng, tone, count, neutral_share):
        """[count, 768]"""
        rows = []
        for kind in rng.choice(4, size=count, p=[0.55, 0.2, 0.12, 0.13]):
            name = "neutral" if rng.random() < neutral_share else TONES[tone]
            choice = self.rows.get((name, self.kinds[kind])) or self.rows[(name, "sentence")]
            rows.append(choice[rng.integers(len(choice))])
        return self.features[rows]


class Brand:
    """One example: what the network sees, and what it should say. `look`: the tone of its looks, where they have one."""

    def __init__(self, colors, typography, layout, text, tone, consistent, look, source):
        self.colors, self.typography, self.layout, self.text = colors, typography, layout, text
        self.tone, self.consistent, self.look, self.source = tone, consistent, look, source


def own_text(rng, page):
    count = len(page.text)
    if count == 0:
        return page.text
    keep = min(LONGEST, count, int(rng.integers(3, LONGEST + 1)))
    first = int(rng.integers(0, count - keep + 1)) if rng.random() < 0.5 else None
    rows = numpy.arange(first, first + keep) if first is not None else rng.choice(count, keep, replace=False)
    return page.text[rows]


def mix_within(rng, text):
    """Some sentences become the mean of two of the same brand: between two sentences of a tone is more of the tone."""
    if len(text) < 2 or rng.random() < 0.5:
        return text
    mixed = text.astype(numpy.float32)
    for row in range(len(text)):
        if rng.random() < 0.25:
            other = mixed[rng.integers(len(text))]
            both = mixed[row] + other
            mixed[row] = both / max(1e-6, float(numpy.linalg.norm(both)))
    return mixed.astype(numpy.float16)


class Sampler:
    def __init__(self, pages, lines, names, seed):
        self.rng = numpy.random.default_rng(seed)
        self.pages, self.lines = pages, lines
        of_images = [name in OF_IMAGES or name.rsplit(": ", 1)[0] in OF_IMAGES for name in names["layout"]]
        self.of_images = numpy.array(of_images, numpy.float32)  # [128]
        self.source = len(names["layout"]) - 1
        # What the extractors say of type where no text has a style.
        self.no_typography = numpy.zeros(TYPOGRAPHY, numpy.float32)
        self.no_typography[names["typography"].index("least contrast, logarithmic")] = 1

    def draw_text(self, tone):
        rng = self.rng
        count = 1 + int(min(LONGEST - 1, rng.geometric(0.11)))
        return self.lines.draw(rng, tone, count, rng.uniform(0, 0.35))

    def brand(self):
        rng = self.rng
        page = self.pages[rng.integers(len(self.pages))]
        tone, consistent, text = page.tone, page.consistent, None
        look = page.tone if page.consistent else -1
        if page.clash == "copy" or page.clash == "stranger" or rng.random() < 0.5:
            text = own_text(rng, page)
        elif page.clash in DISORDERS:
            tone = int(rng.integers(10)) if rng.random() < 0.3 else page.tone
            text = self.draw_text(tone)
        elif rng.random() < 0.35:
            tone, consistent = STRANGERS[page.tone][rng.integers(len(STRANGERS[page.tone]))], False
            text = self.draw_text(tone)
        else:
            text = self.draw_text(page.tone)
        brand = Brand(page.colors, page.typography, page.layout, mix_within(rng, text), tone, consistent, look, page)
        return self.without_parts(brand)

    def without_parts(self, brand):
        """Sometimes a part is missing, as it is of an image, or where there is text alone. What cannot be known is not asked (-1)."""
        rng, lot = self.rng, self.rng.random()
        if lot < 0.12:  # a page or an image without text
            brand.text = numpy.zeros((0, TEXT), numpy.float16)
            brand.tone = brand.look
            if brand.source.clash not in DISORDERS:
                brand.consistent = True if brand.look >= 0 else -1
        if lot < 0.06 or 0.12 <= lot < 0.2:  # an image, without and with text beside it
            brand.typography = self.no_typography
            brand.layout = brand.layout * self.of_images
            brand.layout[self.source] = 0.5
        if 0.2 <= lot < 0.26:  # text alone
            brand.colors = numpy.zeros((0, COLOR), numpy.float32)
            brand.typography, brand.layout = self.no_typography, numpy.zeros_like(brand.layout)
            brand.consistent = -1 if brand.source.clash != "copy" else brand.consistent
            brand.look = -1
        return brand

    def batch(self, size):
        return [self.brand() for _ in range(size)]


def collate(brands, rng=None, noise=0.0, text_dropout=0.0):
    """Tensors for Brandkit.forward. A brand without colours has one masked row; one without text a row of zeros that is there."""
    colors = max(1, max(len(brand.colors) for brand in brands))
    sentences = max(1, max(len(brand.text) for brand in brands))
    batch = {
        "colors": numpy.zeros((len(brands), colors, COLOR), numpy.float32),
        "typography": numpy.stack([brand.typography for brand in brands]),
        "layout": numpy.stack([brand.layout for brand in brands]).astype(numpy.float32),
        "text": numpy.zeros((len(brands), sentences, TEXT), numpy.float32),
        "color_mask": numpy.zeros((len(brands), colors), bool),
        "text_mask": numpy.zeros((len(brands), sentences), bool),
    }
    for row, brand in enumerate(brands):
        batch["colors"][row, : len(brand.colors)] = brand.colors
        batch["color_mask"][row, : len(brand.colors)] = True
        batch["text"][row, : len(brand.text)] = brand.text
        batch["text_mask"][row, : max(1, len(brand.text))] = True
    if rng is not None:
        for name in ("colors", "typography", "layout"):
            # What is 0 stays 0: a missing part must not be told by its noise.
            batch[name] += noise * rng.standard_normal(batch[name].shape, numpy.float32) * (batch[name] != 0)
        keep = rng.random(batch["text"].shape, numpy.float32) >= text_dropout
        batch["text"] *= keep / (1 - text_dropout)
    return {name: torch.from_numpy(numpy.ascontiguousarray(values)) for name, values in batch.items()}
