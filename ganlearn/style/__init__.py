"""Style transfer: what a network sees, statistics of it, and three ways to use them.

Pictures are red, green and blue in [0, 1], shape (n, 3, height, width).
"""

from ganlearn.style.features import Extractor, vgg
from ganlearn.style.networks import Decoder, decoder, perceptual

__all__ = ["Decoder", "Extractor", "decoder", "perceptual", "vgg"]
