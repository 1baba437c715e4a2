"""What cannot be computed with is refused: the message says what came and what to do, and nothing has changed."""

import copy
import pickle

import numpy as np
import pytest

from bnlib import (
    MLP,
    SGD,
    BatchNorm,
    Dropout,
    Linear,
    ReLU,
    Training,
    accuracy,
    batch_norm,
    batch_norm_backward,
    cross_entropy,
    digits,
    fit,
    fold,
    mse,
    numerical_gradient,
    reestimate,
)
from bnlib.datasets import cats
from bnlib.elementwise import Elementwise

SIZES = (3, 4, 2)


def rng(seed=0):
    return np.random.default_rng(seed)


X, LABELS = rng(5).standard_normal((20, 3)), np.arange(20) % 2
MASKED = np.ma.masked_array(X, X > 2)


def net(**options):
    return MLP(**({"sizes": SIZES, "rng": rng(), "dtype": float} | options))


def training(model=None, **options):
    settings = {"batch_size": 8, "lr": 0.1, "rng": rng(1)} | options
    return Training(net() if model is None else model, X, LABELS, **settings)


def of_nan():
    model = net()
    model.state[...] = np.nan
    return model


def unpacked():
    model = net()
    model.layers[1] = BatchNorm(4)
    return model


def set_to(thing, name, value):
    setattr(thing, name, value)


ones = np.ones(3)
# what is done: (a function, the error, words of its message)
CASES = {
    # masks and dtypes
    "batch_norm of a masked array": (lambda: batch_norm(MASKED, ones, ones), TypeError, "x has a mask"),
    "BatchNorm of a masked array": (lambda: BatchNorm(3).forward(MASKED), TypeError, "x has a mask"),
    "fit to masked x": (
        lambda: fit(net(), MASKED, LABELS, steps=1, batch_size=8, lr=0.1, rng=rng()),
        TypeError,
        "mask",
    ),
    "fit to masked labels": (
        lambda: fit(net(), X, np.ma.masked_array(LABELS), steps=1, batch_size=8, lr=0.1, rng=rng()),
        TypeError,
        "labels has a mask",
    ),
    "predict for masked x": (lambda: net().predict(MASKED), TypeError, "x has a mask"),
    "half precision": (
        lambda: batch_norm(X.astype(np.float16), ones, ones),
        TypeError,
        "x is float16.*float32 or float64",
    ),
    "a layer in half precision": (lambda: BatchNorm(3, dtype=np.float16), TypeError, "float16.*float32 or float64"),
    "an activation of half precision": (
        lambda: ReLU().forward(X.astype(np.float16)),
        TypeError,
        "x of ReLU is float16",
    ),
    "predict for nothing": (lambda: net().predict(None), TypeError, "x is object.*float32 or float64"),
    "predict for a word": (lambda: net().predict("abc"), TypeError, "x is <U3"),
    # nets and layers
    "predict of a net of NaN": (lambda: of_nan().predict(X), ValueError, "diverged.*NaN"),
    "accuracy of a net of NaN": (lambda: accuracy(of_nan(), X, LABELS), ValueError, "diverged.*NaN"),
    "training of a layer that was not packed": (
        lambda: training(unpacked()),
        ValueError,
        r"gamma of a BatchNorm.*pack\(\)",
    ),
    "an optimizer for it": (lambda: SGD(unpacked(), 0.1), ValueError, r"gamma of a BatchNorm.*pack\(\)"),
    "gamma that overflows": (
        lambda: set_to(BatchNorm(3, dtype=np.float32), "gamma", 1e300),
        ValueError,
        "gamma, in float32",
    ),
    "gamma of NaN": (lambda: set_to(BatchNorm(3), "gamma", np.nan), ValueError, "gamma.*NaN"),
    "W of words": (lambda: set_to(Linear(3, 2), "W", "big"), TypeError, "W takes numbers.*<U3"),
    "momentum set to 5": (lambda: set_to(BatchNorm(3), "momentum", 5), ValueError, "momentum.*0.*1.*5"),
    "momentum set to a word": (lambda: set_to(BatchNorm(3), "momentum", "0.1"), TypeError, "momentum.*number.*'0.1'"),
    "eps set to -1": (lambda: set_to(BatchNorm(3), "eps", -1), ValueError, "eps.*at least 0.*-1"),
    "eps None": (lambda: batch_norm(X, ones, ones, None), TypeError, "eps must be a number.*None"),
    "eps a word": (lambda: BatchNorm(3, eps="1e-5"), TypeError, "eps must be a number.*'1e-5'"),
    "eps an array": (lambda: BatchNorm(3, eps=ones), TypeError, "eps must be a number"),
    "momentum an array": (lambda: BatchNorm(3, momentum=ones), TypeError, "momentum must be a number"),
    "no features": (lambda: BatchNorm(-1), ValueError, "features.*whole number, 1 or more.*-1"),
    "half a feature": (lambda: BatchNorm(2.5), TypeError, "features.*whole number.*2.5"),
    "features in words": (lambda: Linear("3", 2), TypeError, "features.*whole number.*'3'"),
    "no features out": (lambda: Linear(3, 0), ValueError, "features_out.*whole number.*0"),
    "no replicas": (lambda: net(replicas=0), ValueError, "replicas.*1 or more.*0"),
    "minus two replicas": (lambda: BatchNorm(3, replicas=-2), ValueError, "replicas.*1 or more.*-2"),
    "half a replica": (lambda: net(replicas=2.5), TypeError, "replicas.*2.5"),
    "replicas in words": (lambda: net(replicas="3"), TypeError, "replicas.*'3'"),
    "replicas True": (lambda: net(replicas=True), TypeError, "replicas.*True"),
    "sizes a number": (lambda: net(sizes=3), ValueError, "sizes.*got 3"),
    "sizes a word": (lambda: net(sizes="345"), ValueError, "sizes.*'345'"),
    "sizes with a hole": (lambda: net(sizes=(3, None, 2)), TypeError, r"\(3, None, 2\).*whole number.*None"),
    "sizes of two dimensions": (lambda: net(sizes=np.ones((2, 2), int)), TypeError, "each of sizes.*whole number"),
    "init_scale a word": (lambda: net(init_scale="1"), TypeError, "init_scale.*'1'"),
    "init_scale NaN": (lambda: net(init_scale=np.nan), ValueError, "init_scale.*nan"),
    "dropout a word": (lambda: net(dropout="0.1"), TypeError, "dropout.*'0.1'"),
    "bn a number": (lambda: net(bn=0.1), TypeError, "bn must be of type dict.*float"),
    "bn without BN": (lambda: net(norm=None, bn={"momentum": 9}), ValueError, "norm=None.*momentum.*leave"),
    "a place for no BN": (lambda: net(norm=None, placement="after"), ValueError, "norm=None.*'after'.*leave"),
    "bias in words": (lambda: net(bias="no"), ValueError, "bias must be one of.*True.*False.*'no'"),
    "affine in words": (lambda: BatchNorm(3, affine="no"), ValueError, "affine must be one of.*'no'"),
    "dropout from a seed": (lambda: Dropout(0.5, 0), TypeError, "rng.*Generator.*got 0"),
    "dropout from nothing": (lambda: Dropout(0.5, None), TypeError, "rng.*Generator.*None"),
    "dropout from a tuple": (lambda: Dropout(0.5, (rng(), rng())), TypeError, "rng.*Generator"),
    "backward in the wrong order": (
        lambda: batch_norm_backward(X, X),
        TypeError,
        "cache must be of type Cache.*ndarray",
    ),
    "backward without a cache": (lambda: batch_norm_backward(X, None), TypeError, "cache must be.*NoneType"),
    "backward of another shape": (
        lambda: batch_norm_backward(X[:9], batch_norm(X, ones, ones)[1]),
        ValueError,
        r"\(20, 3\).*\(9, 3\)",
    ),
    "backward of another dtype": (
        lambda: batch_norm_backward(X.astype(np.float32), batch_norm(X, ones, ones)[1]),
        TypeError,
        "float64.*float32",
    ),
    "fold in the wrong order": (lambda: fold(BatchNorm(2), Linear(3, 2)), TypeError, "linear must be of type Linear"),
    "reestimate of a layer": (lambda: reestimate(BatchNorm(3), X), TypeError, "model must be of type MLP.*BatchNorm"),
    "fit of nothing": (lambda: fit(0, X, LABELS, steps=1, batch_size=8, lr=0.1, rng=rng()), TypeError, "MLP.*int"),
    "fit of the class": (
        lambda: fit(MLP, X, LABELS, steps=1, batch_size=8, lr=0.1, rng=rng()),
        TypeError,
        "the class MLP",
    ),
    # training
    "lr a word": (lambda: training(lr="0.1"), TypeError, "lr.*'0.1'"),
    "lr masked": (lambda: training(lr=np.ma.masked), TypeError, "lr has a mask"),
    "lr True": (lambda: training(lr=True), TypeError, "lr.*True"),
    "momentum of SGD None": (lambda: training(sgd_momentum=None), TypeError, "sgd_momentum.*None"),
    "momentum of SGD a word": (lambda: training(sgd_momentum="0.9"), TypeError, "sgd_momentum.*'0.9'"),
    "decay an array": (lambda: training(weight_decay=ones), TypeError, "weight_decay must be a number"),
    "loss a list": (lambda: training(loss=["mse"]), ValueError, r"loss must be one of.*\['mse'\]"),
    "batch size a word": (lambda: training(batch_size="8"), TypeError, "batch_size.*from 2 to 20.*'8'"),
    "epochs a word": (
        lambda: fit(net(), X, LABELS, epochs="2", batch_size=8, lr=0.1, rng=rng()),
        TypeError,
        "epochs=2.*whole number.*'2'",
    ),
    "validation without labels": (lambda: training(validation=X), TypeError, "pair.*ndarray"),
    "validation of three": (lambda: training(validation=(X, LABELS, X)), TypeError, "pair.*tuple"),
    "validation a dict": (lambda: training(validation={"x": X, "labels": LABELS}), TypeError, "pair.*dict"),
    "record too much": (lambda: training(record=500), ValueError, "record takes.*mean.*percentiles.*500"),
    "record None": (lambda: training(record=None), ValueError, "record takes.*None"),
    "steps back": (lambda: training().advance(-1), ValueError, "steps.*0 or more.*-1"),
    "half a step": (lambda: training().advance(2.5), TypeError, "steps.*whole number.*2.5"),
    "no number of steps": (lambda: training().advance(None), TypeError, "steps.*whole number.*None"),
    # losses and differences
    "cross_entropy of integers": (
        lambda: cross_entropy(np.ones((4, 2), int), [0, 1, 0, 1]),
        TypeError,
        "logits is int64",
    ),
    "cross_entropy of one row": (lambda: cross_entropy(ones, [0]), ValueError, r"logits.*batch, features.*\(3,\)"),
    "cross_entropy of a number": (lambda: cross_entropy(1.0, 0), ValueError, r"logits.*\(\)"),
    "cross_entropy of no rows": (lambda: cross_entropy(np.ones((0, 2)), np.ones(0, int)), ValueError, "0 rows"),
    "cross_entropy of words": (lambda: cross_entropy([["a", "b"]], [0]), TypeError, "logits is <U1"),
    "mse of integers": (lambda: mse(np.ones((4, 2), int), np.ones((4, 2), int)), TypeError, "outputs is int64"),
    "mse of one row": (lambda: mse(ones, ones), ValueError, r"outputs.*\(3,\)"),
    "mse of no rows": (lambda: mse(np.ones((0, 2)), np.ones((0, 2))), ValueError, "0 rows"),
    "differences over no distance": (lambda: numerical_gradient(np.sum, ones, step=0), ValueError, "step.*0"),
    "differences of many numbers": (lambda: numerical_gradient(np.sin, ones), ValueError, r"one number.*\(3,\)"),
    # data
    "cats in words": (lambda: cats.make_cats("3", rng=rng()), TypeError, "n must be a whole number.*'3'"),
    "no number of cats": (lambda: cats.make_cats(None, rng=rng()), TypeError, "n must be a whole number.*None"),
    "half a cat": (lambda: cats.make_cats(2.5, rng=rng()), TypeError, "n must be a whole number.*2.5"),
    "cats from a seed": (lambda: cats.make_cats(3, rng=0), TypeError, "rng.*Generator.*got 0"),
    "paint of pictures": (
        lambda: cats.paint(np.ones((3, 32, 32, 3))),
        TypeError,
        "animals must be of type Animals.*ndarray",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_clear_message(case):
    function, error, words = CASES[case]
    with pytest.raises(error, match=f"(?s){words}"):
        function()


@pytest.mark.parametrize("value", [5, "0.1", np.nan, -0.1, True])
@pytest.mark.parametrize("name", ["momentum", "eps"])
def test_a_setting_that_is_refused_leaves_the_old_one(name, value):
    bn = BatchNorm(3, eps=0.25, momentum=None if value == 5 else 0.5)
    before = getattr(bn, name)
    if (name, value) == ("eps", 5):
        return set_to(bn, name, value)
    with pytest.raises((TypeError, ValueError), match=name):
        set_to(bn, name, value)
    assert getattr(bn, name) == before


@pytest.mark.parametrize("value", [np.nan, 1e300, "2", np.ones(4), np.ma.masked])
def test_a_parameter_that_is_refused_leaves_the_old_values(value):
    bn = BatchNorm(3, dtype=np.float32)
    bn.gamma = [1, 2, 3]
    with pytest.raises((TypeError, ValueError)):
        bn.gamma = value
    np.testing.assert_array_equal(bn.gamma, [1, 2, 3])


def test_a_layer_that_refuses_its_input_in_the_middle_of_a_net_leaves_all_of_it_as_before():
    model = net(sizes=(3, 4, 5, 2))
    model.forward(X)
    model.layers.insert(3, ReLU())
    model.layers[3].forward = lambda x: cross_entropy(x, "no")
    state, seen = model.state.copy(), [layer.batches_seen for layer in model.batch_norm_layers()]
    kept = [layer.cache for layer in model.layers]
    with pytest.raises(TypeError):
        model.forward(X + 1)
    np.testing.assert_array_equal(model.state, state)
    assert [layer.batches_seen for layer in model.batch_norm_layers()] == seen
    assert all(layer.cache is cache for layer, cache in zip(model.layers, kept, strict=True))


@pytest.mark.parametrize("number", [np.int64, np.int32, np.uint8])
def test_numpys_whole_numbers_are_whole_numbers(number):
    model = MLP((number(3), number(4), number(2)), replicas=number(2), rng=rng(), dtype=float)
    history = fit(model, X, LABELS, steps=number(3), batch_size=number(8), lr=0.1, record=(number(50),), rng=rng())
    assert history.loss.shape == (2, 3)
    assert Linear(number(3), number(2)).W.shape == (3, 2) and BatchNorm(number(3)).gamma.shape == (3,)
    assert cats.make_cats(number(2), rng=rng())[1].shape == (2,)


def test_numpys_numbers_are_numbers():
    bn = BatchNorm(3, eps=np.float32(0.5), momentum=np.float64(0.25))
    assert (bn.eps, bn.momentum) == (0.5, 0.25)
    training(lr=np.float32(0.1), sgd_momentum=np.float32(0.5), weight_decay=np.int64(0)).advance(1)


def test_one_name_to_record_need_not_stand_in_a_tuple():
    for record in ("mean", 50):
        run = training(record=record)
        run.advance(2)
        assert list(run.history.recorded) == [record]


def test_data_that_change_later_do_not_change_a_run():
    x, labels = X.copy(), LABELS.copy()
    run, other = Training(net(), x, labels, batch_size=8, lr=0.1, rng=rng(1)), training()
    x[...], labels[...] = np.nan, 0
    np.testing.assert_array_equal(run.advance(4).loss, other.advance(4).loss)


def test_a_function_that_writes_into_its_argument_is_differentiated_rightly():
    def squares(x):
        x *= x
        return x.sum()

    np.testing.assert_allclose(numerical_gradient(squares, np.array([1.0, -2.0, 3.0])), [2, -4, 6], rtol=1e-8)


def test_a_row_without_a_number_has_no_class_and_is_not_right():
    model = net(sizes=(1, 2, 2), norm=None)
    model.layers[0].W = [[1e200, 1e200]]
    model.layers[-1].W = [[1, 1], [-1, -1]]  # of large x: infinity minus infinity
    x = np.where(np.arange(20)[:, None] < 5, 1e200, X[:, :1])
    with np.errstate(over="ignore", invalid="ignore"):
        predicted = model.predict(x)
        assert accuracy(model, x, np.zeros(20, int)) == 15 / 20
    np.testing.assert_array_equal(predicted, [-1] * 5 + [0] * 15)


class Doubled(Elementwise):
    """A layer of one's own: twice x."""

    def forward(self, x):
        self.cache = np.full_like(self.check(x), 2.0)
        return 2 * x


def test_what_enters_an_activation_is_recorded_whatever_stands_before_it():
    model = net()
    model.layers.insert(1, Doubled())  # between the linear layer and its batch normalization
    run = training(model, record=("mean", "z_mean"))
    run.advance(1)
    np.testing.assert_allclose(run.history.recorded["mean"][0], 0, atol=1e-12)  # of BN's outputs, and not of Doubled's
    rows = rng(1).permutation(20)[:8]
    np.testing.assert_allclose(run.history.recorded["z_mean"][0][0], X[rows].mean(axis=0) @ net().layers[0].W)


def test_the_history_that_was_returned_can_be_written_into_without_changing_the_run():
    run = training(record=("mean",))
    loss = run.advance(3).loss
    kept = loss.copy()
    loss[:] = 0
    run.history.recorded["mean"][0][:] = 7
    np.testing.assert_array_equal(run.history.loss, kept)
    assert (run.history.recorded["mean"][0] != 7).all()


def test_the_statistics_in_the_cache_of_eval_mode_stay_when_the_running_ones_move():
    bn = BatchNorm(3)
    bn.eval().forward(X)
    kept = bn.cache
    mean, var = kept.mean.copy(), kept.var.copy()
    bn.train().forward(X + 5)
    assert (bn.running_mean != mean[0]).all()
    np.testing.assert_array_equal(kept.mean, mean)
    np.testing.assert_array_equal(kept.var, var)


def test_a_strangers_file_of_the_same_name_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "digits.npz", mine=np.arange(3))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BNLIB_DATA", raising=False)
    assert digits.load_digits().train_x.shape == (1437, 64)
    monkeypatch.setenv("BNLIB_DATA", str(tmp_path / "data"))  # but one that was asked for is not
    with pytest.raises(ValueError, match="digits.npz cannot be read"):
        digits.load_digits()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"])
def test_a_copied_optimizer_moves_the_copied_net(again):
    model = net()
    sgd = again(SGD(model, 0.1))
    before = model.state.copy()
    sgd.model.backward(cross_entropy(sgd.model.forward(X), LABELS)[1])
    sgd.step()
    np.testing.assert_array_equal(model.state, before)
    assert (sgd.model.weights != before[: model.weights.size]).any()
