"""What the outputs beside tone and consistency mean: the targets of the sentiment and style heads."""

import numpy

# Sentiment, -1 to 1: 16 attributes as the words have them (0 to 15), then the same 16 as the looks have them (16 to 31). Of copy in several tones, the mean.
ATTRIBUTES = [
    "valence", "arousal", "dominance", "warmth", "formality", "humour", "urgency", "refinement",
    "technicality", "boldness", "serenity", "inspiration", "closeness", "exclusivity", "plainness", "trust",
]
TONE_ATTRIBUTES = numpy.array([
    # val  aro  dom  warm form hum  urg  ref  tech bold ser  insp clos excl plain trust
    [0.1, -0.5, 0.4, -0.4, 1.0, -0.9, -0.4, 0.5, 0.2, -0.4, 0.1, -0.3, -0.8, 0.3, -0.3, 0.9],   # formal
    [0.5, 0.0, -0.5, 0.5, -1.0, 0.4, -0.6, -0.7, -0.6, -0.2, 0.3, -0.4, 0.7, -0.9, 0.9, 0.3],   # casual
    [0.9, 0.8, -0.3, 0.6, -0.9, 1.0, -0.2, -0.6, -0.8, 0.3, -0.5, 0.0, 0.6, -0.7, 0.2, 0.1],    # playful
    [-0.3, 0.9, 0.5, -0.4, -0.2, -0.7, 1.0, -0.6, -0.3, 0.5, -1.0, -0.3, -0.2, -0.1, 0.5, -0.1],  # urgent
    [0.6, -0.2, 0.4, 0.1, 0.5, -0.6, -0.7, 1.0, -0.5, 0.1, 0.4, 0.1, -0.2, 1.0, -0.7, 0.4],     # luxurious
    [0.0, -0.3, 0.2, -0.7, 0.4, -0.8, -0.3, -0.1, 1.0, -0.3, 0.0, -0.5, -0.7, -0.1, 0.1, 0.6],  # technical
    [0.9, 0.2, -0.5, 1.0, -0.5, 0.2, -0.5, -0.3, -0.6, -0.4, 0.3, 0.2, 1.0, -0.8, 0.5, 0.8],    # friendly
    [0.3, 0.9, 1.0, -0.5, -0.5, 0.0, 0.3, -0.3, -0.4, 1.0, -0.9, 0.3, -0.3, 0.1, 0.4, -0.1],    # bold
    [0.6, -1.0, -0.6, 0.5, 0.0, -0.5, -1.0, 0.4, -0.6, -0.7, 1.0, 0.1, 0.2, 0.0, 0.3, 0.5],     # calm
    [0.9, 0.5, 0.2, 0.6, 0.1, -0.5, 0.0, 0.2, -0.5, 0.4, 0.0, 1.0, 0.3, -0.3, 0.0, 0.6],        # inspirational
], dtype=numpy.float32)

# Style, at least 0: a summary of the look, read off the features of the whole page even where the network sees a part of them.
# [from which vector, name of the feature (all values of it, or one by index), ...]; 12 hues of the palette come first.
HUES = 12
STYLE = [
    ("typography", "heading family class"), ("typography", "body family class"), ("layout", "share of boxes by class of corner"),
    ("layout", "columns: 1 to 6"), ("layout", "area by lightness, in quarters"), ("layout", "area by chroma: up to 0.04, 0.12, more"),
    ("layout", "spacing unit / 16 px"), ("layout", "mean spacing, logarithmic"), ("layout", "variation of spacings / 2"),
    ("typography", "heading weight / 1000"), ("typography", "body weight / 1000"), ("typography", "largest over body, octaves / 4"),
    ("typography", "scale ratio - 1"), ("layout", "density"), ("layout", "symmetry left to right"),
    ("layout", "mean contrast, logarithmic"), ("layout", "least contrast, logarithmic"), ("typography", "upper-case share"),
    ("typography", "centred share"), ("layout", "boxes with a gradient"), ("layout", "boxes with a shadow"),
]


def style_columns(names):
    """Indices into typography and layout, in the order of STYLE."""
    columns = []
    for vector, wanted in STYLE:
        found = [index for index, name in enumerate(names[vector]) if name == wanted or name.rsplit(": ", 1)[0] == wanted]
        if not found:
            raise KeyError(f"There is no {vector} feature '{wanted}'.")
        columns += [(vector, index) for index in found]
    return columns


def style_of(page, columns):
    """f32 [64]"""
    hues = numpy.zeros(HUES, numpy.float32)
    for color in page.colors:
        _, a, b, chroma, _, _, area, _ = color
        if chroma >= 0.04:
            hues[int(numpy.arctan2(b, a) / (2 * numpy.pi) * HUES) % HUES] += float(area) ** 0.5
    rest = [max(0.0, float(getattr(page, vector)[index])) for vector, index in columns]
    return numpy.concatenate([numpy.minimum(hues, 1.0), numpy.array(rest, numpy.float32)])
