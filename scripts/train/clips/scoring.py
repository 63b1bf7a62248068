"""Scores of a whole video and their segments, as the engine's clip() makes them, and the measure of npm run eval -- clips."""

import numpy
import torch

from videos import ENDS, VISUAL

WINDOW, OVERLAP = 100, 10


def score_video(model, video):
    """virality f32 [steps]. Windows of 100 steps overlap by 10; in an overlap, the middle parts them."""
    rows = torch.from_numpy(video.features.astype(numpy.float32))
    scores = numpy.zeros(video.steps, numpy.float32)
    with torch.no_grad():
        for first in range(0, max(1, video.steps - OVERLAP), WINDOW - OVERLAP):
            window = rows[None, first : first + WINDOW]
            virality = torch.sigmoid(model(*window.split([VISUAL, *numpy.diff(ENDS).tolist()], dim=-1))[0])[0].numpy()
            skip = 0 if first == 0 else OVERLAP // 2
            scores[first + skip : first + len(virality)] = virality[skip:]
    return scores


def segments_of(scores, threshold):
    """Runs of at least four steps over the threshold, (start, end) in seconds; the engine moves their ends by up to 2 s after that."""
    over = numpy.concatenate([[False], scores > threshold, [False]])
    edges = numpy.flatnonzero(over[1:] != over[:-1])
    return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2]) if b - a >= 4]


def overlap_of(one, other):
    """Intersection over union."""
    shared = max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)


def count_matches(found, wanted, least=0.5):
    """matched, found, wanted: pairs with the largest overlap first, each segment once."""
    pairs = sorted(((overlap_of(f, w), i, j) for i, f in enumerate(found) for j, w in enumerate(wanted)), reverse=True)
    used_found, used_wanted = set(), set()
    for overlap, i, j in pairs:
        if overlap >= least and i not in used_found and j not in used_wanted:
            used_found.add(i)
            used_wanted.add(j)
    return len(used_found), len(found), len(wanted)


def f1_of(matched, found, wanted):
    precision = matched / found if found else 1.0
    recall = matched / wanted if wanted else 1.0
    return (2 * precision * recall / (precision + recall) if matched else 0.0), precision, recall


def best_threshold(scored):
    """The middle of the thresholds whose F1 is within 0.005 of the best."""
    thresholds = numpy.arange(0.05, 0.96, 0.01)
    f1s = [f1_of(*numpy.sum([count_matches(segments_of(s, t), wanted) for s, wanted in scored], axis=0))[0] for t in thresholds]
    good = thresholds[numpy.array(f1s) >= max(f1s) - 0.005]
    return float(good[len(good) // 2])
