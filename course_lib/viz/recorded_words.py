"""What the drawings of recorded lecture figures show, for those who do not see them; the numbers stand in tables."""

from __future__ import annotations

WORDS = {  # by the name of the drawing's file, without its ending
    "F1_1": "Four surfaces side by side: Rosenbrock's valley, and what nets of 2, 3 and 4 hidden units make of it",
    "F2_1": "Four surfaces side by side: sin x times sin y, and what nets of 2, 3 and 4 hidden units make of it",
    "F7_1": (
        "Training error by epoch of ReLU and tanh at three learning rates each: larger rates fall sooner, tanh at "
        "the smallest rate last"
    ),
    "F7b_1": (
        "Mean squared error by damped step of five networks: the deeper tanh networks end lower, the ReLU one highest"
    ),
    "F9_1": (
        "Validation loss and validation error by step: without dropout both rise again, with dropout both keep falling"
    ),
    "F10_1": "Validation and test accuracy against the number of hidden units: both rise, ever more slowly",
    "F10_2": "Four rows of misread digits, each with its class and what it was read as",
    "F14_1": (
        "Receptive fields for dilations 1; 1, 2; 1, 2, 4; and 1, 1, 1: the doubled dilations see the widest square"
    ),
    "F17_1": (
        "Ten filters of the first layer above their best templates, with order and score: most are first derivatives"
    ),
    "F17_2": "The six filters of lesson 09 above their best templates, with order and score",
    "F17_3": "The six strongest filters of the second layer, a row each, one patch for every map of the first layer",
    "F19_1": "Training loss by epoch: plain with 20 layers stays below plain with 56; residual with 56 ends lowest",
    "F21b_1": (
        "True against false positive rate of three edge detectors: both networks lie far above the gradient of a "
        "Gaussian"
    ),
    "F21d_1": (
        "What six trained networks make of an even grey, one start each: stripes and checks of a few grey levels, "
        "fainter after a smooth start, none where nearest neighbour comes first"
    ),
    "F27_1": (
        "Share of dead units and training accuracy against the learning rate: as the dead rise, the accuracy falls"
    ),
    "F29_1": (
        "Final loss against the number of hidden layers for six starts: small weights fail at once, MSR holds longest"
    ),
    "F33_1": (
        "Share read rightly as the digits move: left with and without pooling, which helps; right max pooling at "
        "different places"
    ),
    "F36_1": (
        "Stacked bars for AlexNet and VGG-16: weights sit in linear layers, multiply-adds and most time in convolutions"
    ),
    "F37_1": "Images per second against the batch size, logarithmic: forward lies above training, both rise",
    "F38_1": "Share of two features in the output by epoch: the easy one is learned at once, the hard one slowly",
    "F39_1": (
        "Left, accuracy against label noise: one neighbour falls fastest; right, accuracy against the number of "
        "images: both methods rise and meet"
    ),
    "F41_1": "Mean error of the pose against the number of training figures for five inputs: depth lies far below grey",
    "F42_1": (
        "Histograms of times on a logarithmic scale: the network answers below a millisecond, the simulated person "
        "takes hundreds"
    ),
    "F43_1": "Two curves by step: the cross-entropy falls throughout while the number of errors rises",
    "F45_1": (
        "Correlation of pixels against their distance: it falls slowly in a photograph and is 0 at once when shuffled"
    ),
    "L14a_1": (
        "Share of right answers against the steps to bridge, copying and adding, for five recurrent networks: the "
        "clipped orthogonal RNN copies longest, the GRU adds longest"
    ),
    "L17a_1": (
        "Share of best moves by generation of self-play: search lies above the policy alone, both rise and level off"
    ),
}
