"""Batch normalization and a toy MLP in numpy, made to be read, dragged and checked.

The map, in the order of the story: each file needs only what stands above it, and the wings (datasets, pictures, live)
need of the numbers only `checks.py`. `tests/test_house.py` holds this. The explorers come last and use all of it.

The numbers, in this folder
    checks.py         what is refused, and how it is said
    layer.py          Layer and Parameter: what every layer shares
    batchnorm.py      batch_norm and its gradient as functions; BatchNorm, with running statistics
    norms.py          layer, group, instance and RMS norm and their gradients as functions; weight standardization
    linear.py         Linear; fold: a batch normalization folded into the linear layer before it
    elementwise.py    ReLU, Sigmoid, Tanh, Dropout
    losses.py         cross_entropy and mse: the value and its gradient
    gradcheck.py      central differences, to check gradients
    mlp.py            MLP: a stack of layers, and the one array of all that training changes
    sgd.py            SGD: momentum and weight decay
    history.py        History: what a training run leaves behind
    training.py       Training: one step after the other; fit
    inference.py      accuracy; reestimate: the running statistics found again

datasets/             the data
    files.py          a file of data/: found, checked, read
    face.py           how the face of a cat or a dog is drawn
    cats.py           black and coloured cats and dogs
    digits.py         handwritten digits
    plane.py          points in the plane: circles, spirals, two numbers measured in each animal
    sweep.py          what became of 32,400 nets, over a grid of settings
    verdicts.py       what is claimed about BN, and what the lessons found

pictures/             how they are drawn
    colors.py         what each colour means
    png.py            a picture as the bytes of a file
    settings.py       settings of matplotlib as a context, fast
    moving_text.py    a text that changes with the picture
    plots.py          the style, and functions that draw arrays into axes
    strips.py         every value as a dot; what is on and what is off
    moving.py         lines, bars and bands that move
    words.py          what a reader reads in a figure, as lines
    picture.py        Picture: a figure and its caption

live/                 pictures that follow the hand
    sliders.py        sliders whose values stay exact, and the other controls
    kept.py           a method whose last result is kept
    cells.py          a cell that is run again
    one_thread.py     one thread for the cells and for the page's messages
    explorer.py       Explorer: controls, pictures and a caption that follow one state
    training_explorer.py  TrainingExplorer: the same for a training run, with play and pause

quiz/                 questions with feedback
    bank.py           the questions of data/questions/
    question.py       Question: choose or type, and read what it means

exercises/            one file a lesson: each exercise with its mistakes
    draws.py          fresh inputs
    causes.py         the usual cause of a wrong shape
    telling.py        what is said about an answer
    exercise.py       Exercise: a function is checked, and told which mistake it is

explorers/            one file each; and what they share
    arguments.py      what an explorer is given, checked
    examples.py       the nets and the data they show
    recorded_run.py   a training run, each step a replica
    two_species.py    histograms of dogs and of cats
    two_nets.py       TwoNets: nets with and without batch normalization, side by side
"""

from .batchnorm import BatchNorm, batch_norm, batch_norm_backward
from .datasets import cats, digits
from .elementwise import Dropout, ReLU, Sigmoid, Tanh
from .gradcheck import numerical_gradient, relative_error
from .history import History
from .inference import accuracy, reestimate
from .linear import Linear, fold
from .losses import cross_entropy, mse
from .mlp import MLP
from .sgd import SGD
from .training import Training, fit

__all__ = [
    "MLP",
    "SGD",
    "BatchNorm",
    "Dropout",
    "History",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "Training",
    "accuracy",
    "batch_norm",
    "batch_norm_backward",
    "cats",
    "cross_entropy",
    "digits",
    "fit",
    "fold",
    "mse",
    "numerical_gradient",
    "reestimate",
    "relative_error",
]
