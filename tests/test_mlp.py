"""The MLP: what it is made of, its gradients, its replicas, and that looking at it leaves no trace."""

import copy
import pickle

import numpy as np
import pytest

from bnlib.elementwise import Dropout
from bnlib.gradcheck import numerical_gradient
from bnlib.inference import accuracy, reestimate
from bnlib.linear import Linear, fold
from bnlib.losses import cross_entropy
from bnlib.mlp import MLP
from bnlib.sgd import SGD
from bnlib.training import fit

SIZES = (3, 5, 4, 2)


def drawn(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def rng(seed=0):
    return np.random.default_rng(seed)


def names(model):
    return [type(layer).__name__ for layer in model.layers]


def lived(model, seed=5):
    """Give a net gammas, betas and statistics that are not 0 or 1 by chance."""
    for layer in model.batch_norm_layers():
        for name in ("gamma", "beta", "running_mean"):
            setattr(layer, name, drawn(*layer.gamma.shape, seed=seed, dtype=layer.dtype))
        layer.running_var = drawn(*layer.gamma.shape, seed=seed, dtype=layer.dtype) ** 2 + layer.dtype.type(0.3)
    for layer in model.linear_layers():
        if layer.b is not None:
            layer.b = drawn(*layer.b.shape, seed=seed + 1, dtype=layer.dtype)
    return model


def everything(model):
    """All that a call must leave alone: parameters, statistics, counters, modes, generators, what backward needs."""
    kept = {}
    for i, layer in enumerate(model.layers):
        kept |= {(i, name): array.copy() for name, array in layer.arrays.items() if array is not None}
        kept |= {(i, "training"): layer.training, (i, "seen"): getattr(layer, "batches_seen", 0)}
        kept |= {(i, "momentum"): getattr(layer, "momentum", 0), (i, "cache"): id(layer.cache)}
        if isinstance(layer, Dropout):
            rngs = layer.rng if isinstance(layer.rng, list) else [layer.rng]
            kept[i, "rng"] = [str(each.bit_generator.state) for each in rngs]
    return kept


def assert_untouched(before, model):
    after = everything(model)
    assert before.keys() == after.keys()
    for key, value in before.items():
        np.testing.assert_array_equal(after[key], value, err_msg=str(key))


# --- what it is made of ---


def test_the_layers_stand_in_the_order_that_was_asked_for():
    assert names(MLP(SIZES, rng=rng())) == ["Linear", "BatchNorm", "ReLU"] * 2 + ["Linear"]
    assert names(MLP(SIZES, placement="after", rng=rng())) == ["Linear", "ReLU", "BatchNorm"] * 2 + ["Linear"]
    assert names(MLP(SIZES, norm=None, activation="tanh", rng=rng())) == ["Linear", "Tanh"] * 2 + ["Linear"]
    model = MLP(SIZES, activation="sigmoid", dropout=0.2, rng=rng())
    assert names(model) == ["Linear", "BatchNorm", "Sigmoid", "Dropout"] * 2 + ["Linear"]
    assert names(MLP((3, 2), rng=rng())) == ["Linear"]


@pytest.mark.parametrize(
    "options, hidden_bias",
    [
        ({}, False),
        ({"placement": "after"}, True),
        ({"norm": None}, True),
        ({"bias": True}, True),
        ({"norm": None, "bias": False}, False),
    ],
)
def test_a_hidden_linear_layer_has_b_unless_batch_normalization_follows_at_once(options, hidden_bias):
    *hidden, last = MLP(SIZES, **options, rng=rng()).linear_layers()
    assert [layer.b is not None for layer in hidden] == [hidden_bias] * 2 and last.b is not None


def test_float32_is_the_default_and_bn_arguments_reach_every_layer():
    model = MLP(SIZES, bn={"eps": 0.25, "momentum": None, "affine": False}, rng=rng())
    for layer in model.batch_norm_layers():
        assert (layer.eps, layer.momentum, layer.affine, layer.dtype) == (0.25, None, False, np.float32)
    assert {layer.dtype for layer in model.linear_layers()} == {np.dtype(np.float32)}
    assert {layer.dtype for layer in MLP(SIZES, dtype=np.float64, rng=rng()).batch_norm_layers()} == {np.dtype(float)}


@pytest.mark.parametrize("activation, gain", [("relu", 2**0.5), ("tanh", 1), ("sigmoid", 1)])
def test_the_initial_weights_keep_the_size_of_the_signal_and_scale_with_init_scale(activation, gain):
    model = MLP((400, 300, 200), activation=activation, init_scale=3.0, rng=rng())
    for layer, expected in zip(model.linear_layers(), (3 * gain / 400**0.5, 3 / 300**0.5), strict=True):
        spread = expected / (2 * layer.W.size) ** 0.5
        assert abs(layer.W.std() - expected) < 5 * spread
        assert abs(layer.W.mean()) < 5 * expected / layer.W.size**0.5


def test_the_same_seed_gives_the_same_net_and_another_seed_another():
    one, same, other = (MLP(SIZES, rng=rng(seed)).layers[0].W for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all()


def test_forward_is_the_layers_one_after_the_other_and_outputs_collects_each():
    model, x, outputs = lived(MLP(SIZES, rng=rng())), drawn(6, 3), []
    y = model.forward(x, outputs=outputs)
    assert len(outputs) == len(model.layers) and outputs[-1] is y
    for layer in copy.deepcopy(model).layers:
        x = layer.forward(x)
        np.testing.assert_array_equal(x, outputs.pop(0))


def test_train_and_eval_reach_every_layer():
    model = MLP(SIZES, dropout=0.5, rng=rng())
    model.eval()
    assert not any(layer.training for layer in model.layers)
    model.train()
    assert all(layer.training for layer in model.layers)


# --- gradients ---


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("placement", ["before", "after", None])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_the_gradients_of_the_whole_net_agree_with_central_differences(activation, placement, mode):
    norm = {"norm": None} if placement is None else {"placement": placement, "bn": {"eps": 0.1}}
    options = {"activation": activation, "bias": True, "dtype": np.float64} | norm
    model = lived(MLP((3, 4, 2), rng=rng(), **options))
    getattr(model, mode)()
    x, labels = drawn(6, 3, dtype=np.float64), np.array([0, 1, 1, 0, 1, 0])
    _, gradient = cross_entropy(model.forward(x), labels)
    found = [model.backward(gradient)]
    places = [(i, name) for i, layer in enumerate(model.layers) for name in layer.trained]
    found += [getattr(model.layers[i], "d" + name) for i, name in places]

    def loss(value, place):
        probe = copy.deepcopy(model)
        if place is not None:
            setattr(probe.layers[place[0]], place[1], value)
        return cross_entropy(probe.forward(x if place is not None else value), labels)[0]

    for gradient, place in zip(found, [None, *places], strict=True):
        start = x if place is None else getattr(model.layers[place[0]], place[1])
        numerical = numerical_gradient(lambda value, place=place: loss(value, place), start)
        np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-9, err_msg=str(place))


def test_a_shift_before_batch_normalization_gets_no_gradient():
    model = lived(MLP(SIZES, bias=True, rng=rng(), dtype=np.float64))
    _, gradient = cross_entropy(model.forward(drawn(8, 3, dtype=np.float64)), np.arange(8) % 2)
    model.backward(gradient)
    for layer in model.linear_layers()[:-1]:
        np.testing.assert_allclose(layer.db, 0, atol=1e-15)
        assert np.abs(layer.dW).max() > 1e-4


def test_the_gradient_of_the_input_can_be_left_out():
    model, x = MLP(SIZES, rng=rng()), drawn(6, 3)
    dy = drawn(*model.forward(x).shape)
    assert model.backward(dy).shape == x.shape
    kept = model.layers[0].dW.copy()
    assert model.backward(dy, input_gradient=False) is None
    np.testing.assert_array_equal(model.layers[0].dW, kept)


# --- replicas ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.3}, {"placement": "after"}, {"norm": None}])
@pytest.mark.parametrize("replicas, batch", [(3, 5), (6, 6), (1, 2)])
def test_replica_r_is_bit_equal_to_the_net_drawn_from_child_r(replicas, batch, options, dtype):
    whole = lived(MLP(SIZES, replicas=replicas, rng=rng(7), dtype=dtype, **options))
    x, dy = drawn(replicas, batch, 3, dtype=dtype), drawn(replicas, batch, 2, dtype=dtype)
    begin = copy.deepcopy(whole)
    y, dx = whole.forward(x), whole.backward(dy)
    for r, child in enumerate(rng(7).spawn(replicas)):
        single = MLP(SIZES, rng=child, dtype=dtype, **options)
        for ours, theirs, start in zip(single.layers, whole.layers, begin.layers, strict=True):
            if isinstance(ours, Linear):
                np.testing.assert_array_equal(ours.W, theirs.W[r])
            for name in (*ours.trained, *ours.tracked):
                setattr(ours, name, getattr(start, name)[r])
        np.testing.assert_array_equal(y[r], single.forward(x[r]))
        np.testing.assert_array_equal(dx[r], single.backward(dy[r]))
        for ours, theirs in zip(single.layers, whole.layers, strict=True):
            for name in ours.trained:
                np.testing.assert_array_equal(getattr(theirs, "d" + name)[r], getattr(ours, "d" + name), err_msg=name)
            for name in ours.tracked:
                np.testing.assert_array_equal(getattr(theirs, name)[r], getattr(ours, name), err_msg=name)


def test_replicas_share_an_input_without_a_replica_axis():
    model = lived(MLP(SIZES, replicas=4, rng=rng()))
    x = drawn(4, 3)
    shared = model.forward(x)
    np.testing.assert_allclose(shared, model.forward(np.repeat(x[None], 4, axis=0)), rtol=0, atol=1e-5)
    assert model.predict(x).shape == (4, 4)


def test_replicas_differ():
    W = MLP(SIZES, replicas=2, rng=rng()).layers[0].W
    assert W.shape == (2, 3, 5) and (W[0] != W[1]).all()


# --- one array behind all parameters ---


def test_the_arrays_of_the_layers_are_views_of_one_state():
    for replicas in (None, 3):
        model = MLP(SIZES, placement="after", replicas=replicas, rng=rng())
        model.state[...] = 9
        for layer in model.layers:
            for name in (*layer.trained, *layer.tracked):
                np.testing.assert_array_equal(getattr(layer, name), 9, err_msg=name)
        model.parameters[...] = 3
        model.weights[...] = 2
        assert {float(layer.W.min()) for layer in model.linear_layers()} == {2}
        assert {float(layer.b.max()) for layer in model.linear_layers()} == {3}
        assert {float(layer.gamma.max()) for layer in model.batch_norm_layers()} == {3}
        assert {float(layer.running_var.max()) for layer in model.batch_norm_layers()} == {9}


@pytest.mark.parametrize("replicas", [None, 3])
@pytest.mark.parametrize(
    "duplicate", [lambda model: model, copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_the_optimizer_sees_what_was_assigned_also_after_copying_and_pickling(duplicate, replicas):
    original = MLP(SIZES, replicas=replicas, rng=rng())
    kept = original.state.copy()
    model = duplicate(original)
    held = model.layers[0].W
    model.layers[0].W = 5.0
    model.layers[1].gamma = 4.0
    lead = () if replicas is None else (replicas,)
    model.backward(np.ones((*lead, 6, 2), np.float32) * model.forward(drawn(*lead, 6, 3)))
    expected = 5 - 0.5 * model.layers[0].dW
    expected_gamma = 4 - 0.5 * model.layers[1].dgamma
    SGD(model, lr=0.5, momentum=0.0).step()
    np.testing.assert_allclose(model.layers[0].W, expected, rtol=1e-6)
    np.testing.assert_allclose(model.layers[1].gamma, expected_gamma, rtol=1e-6)
    assert model.layers[0].W is held
    if model is not original:
        np.testing.assert_array_equal(original.state, kept)
        for layer in original.layers:
            for array in layer.arrays.values():
                assert array is None or not np.shares_memory(array, model.state)


def test_a_copy_with_dropout_goes_on_like_the_original():
    model, x = MLP(SIZES, dropout=0.5, replicas=2, rng=rng()), drawn(2, 8, 3)
    model.forward(x)
    other = pickle.loads(pickle.dumps(model))
    for _ in range(3):
        np.testing.assert_array_equal(model.forward(x), other.forward(x))


# --- looking without touching ---

LOOKS = {
    "predict": lambda model, x, labels: model.predict(x),
    "predict by the batch": lambda model, x, labels: model.predict(x, statistics="batch"),
    "infer": lambda model, x, labels: model.infer(x),
    "accuracy": lambda model, x, labels: accuracy(model, x, labels),
    "accuracy by the batch": lambda model, x, labels: accuracy(model, x, labels, statistics="batch"),
}


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("replicas", [None, 3])
@pytest.mark.parametrize("look", LOOKS)
def test_looking_at_a_net_leaves_no_trace(look, replicas, mode):
    model = lived(MLP(SIZES, dropout=0.4, replicas=replicas, rng=rng()))
    lead = () if replicas is None else (replicas,)
    x, dy = drawn(6, 3), drawn(*lead, 6, 2)
    model.forward(drawn(*lead, 6, 3))
    getattr(model, mode)()
    model.layers[1].training = not model.layers[1].training  # a mode of its own, as when a layer is frozen
    before, held, state = everything(model), [layer.arrays.copy() for layer in model.layers], model.state
    twin = copy.deepcopy(model)
    result = LOOKS[look](model, x, np.zeros(6, int))
    assert_untouched(before, model)
    assert model.state is state and all(
        layer.arrays[name] is array
        for layer, arrays in zip(model.layers, held, strict=True)
        for name, array in arrays.items()
    )
    np.testing.assert_array_equal(model.backward(dy), twin.backward(dy))  # what backward needs is still that of forward
    np.testing.assert_array_equal(LOOKS[look](model, x, np.zeros(6, int)), result)
    model.state[...] = 1.0
    assert (model.layers[0].W == 1).all()  # and the optimizer still holds what the layers use


def test_predict_gives_class_labels_in_eval_mode():
    model, x = lived(MLP((3, 5, 4), dropout=0.4, rng=rng())), drawn(50, 3) * 3
    predicted = model.predict(x)
    model.eval()
    np.testing.assert_array_equal(predicted, model.forward(x).argmax(axis=-1))
    np.testing.assert_array_equal(model.infer(x), model.forward(x))
    assert predicted.shape == (50,) and predicted.dtype.kind == "i" and len(set(predicted.tolist())) > 1
    alone = np.concatenate([model.predict(x[i : i + 1]) for i in range(50)])
    np.testing.assert_array_equal(alone, predicted)


@pytest.mark.parametrize("replicas", [None, 3])
def test_statistics_batch_normalizes_by_x_itself_without_dropout(replicas):
    model = lived(MLP(SIZES, replicas=replicas, rng=rng(), dtype=np.float64))
    dropped = lived(MLP(SIZES, replicas=replicas, dropout=0.4, rng=rng(), dtype=np.float64))
    x = drawn(40, 3, dtype=np.float64) * 3 + 2
    for ours, theirs in zip(dropped.linear_layers(), model.linear_layers(), strict=True):
        ours.W = theirs.W
    expected = copy.deepcopy(model).train().forward(x)
    np.testing.assert_array_equal(model.infer(x, statistics="batch"), expected)
    np.testing.assert_array_equal(dropped.infer(x, statistics="batch"), expected)
    np.testing.assert_array_equal(model.predict(x, statistics="batch"), expected.argmax(axis=-1))
    assert np.abs(model.infer(x) - expected).max() > 0.1


def test_with_momentum_none_the_statistics_of_the_batch_leave_no_trace_either():
    model = MLP(SIZES, bn={"momentum": None}, rng=rng())
    model.forward(drawn(6, 3))
    before = everything(model)
    model.predict(drawn(9, 3) + 5, statistics="batch")
    assert_untouched(before, model)


# --- accuracy and re-estimation ---


def test_accuracy_is_the_share_of_right_labels_one_number_for_each_replica():
    model, x = MLP(SIZES, replicas=6, rng=rng(3)), drawn(6, 3)
    labels = np.array([0, 1, 1, 0, 1, 0])
    result = accuracy(model, x, labels)
    assert result.shape == (6,)
    np.testing.assert_array_equal(result, [(model.predict(x)[r] == labels).mean() for r in range(6)])
    assert len(set(result.tolist())) > 1
    own = np.stack([np.roll(labels, r) for r in range(6)])
    expected = [(model.predict(x)[r] == own[r]).mean() for r in range(6)]
    np.testing.assert_array_equal(accuracy(model, x, own), expected)
    single = MLP(SIZES, rng=rng(3))
    assert np.shape(accuracy(single, x, labels)) == () and accuracy(single, x, single.predict(x)) == 1


@pytest.mark.parametrize("replicas", [None, 3])
@pytest.mark.parametrize("placement", ["before", "after"])
def test_reestimating_stores_mean_and_unbiased_variance_of_what_reaches_each_layer(placement, replicas):
    model = lived(MLP(SIZES, placement=placement, replicas=replicas, rng=rng(), dtype=np.float64))
    x = drawn(40, 3, dtype=np.float64) * 3 + 2
    parameters, before, hidden = model.parameters.copy(), model.infer(x), []
    copy.deepcopy(model).train().forward(x, outputs=hidden)
    reestimate(model, x)
    np.testing.assert_array_equal(model.parameters, parameters)
    assert np.abs(model.infer(x) - before).max() > 0.1
    for layer in model.batch_norm_layers():
        z = hidden[model.layers.index(layer) - 1]
        np.testing.assert_allclose(layer.running_mean, z.mean(axis=-2), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(layer.running_var, z.var(axis=-2, ddof=1), rtol=1e-12)
        assert layer.batches_seen == 1


def test_reestimating_a_net_with_one_hidden_layer_equals_training_mode_up_to_m_minus_one():
    model = lived(MLP((3, 6, 2), rng=rng(), dtype=np.float64))
    x = drawn(40, 3, dtype=np.float64) * 3 + 2
    reestimate(model, x)
    model.batch_norm_layers()[0].running_var *= 39 / 40
    np.testing.assert_allclose(model.infer(x), model.infer(x, statistics="batch"), rtol=0, atol=1e-12)


def test_reestimating_keeps_mode_and_generators_and_ignores_dropout():
    model = lived(MLP(SIZES, dropout=0.5, rng=rng()))
    model.eval()
    twin, x = copy.deepcopy(model), drawn(30, 3)
    reestimate(model, x)
    reestimate(twin, x)
    assert not any(layer.training for layer in model.layers)
    np.testing.assert_array_equal(model.state, twin.state)
    assert [layer.momentum for layer in model.batch_norm_layers()] == [0.1, 0.1]


@pytest.mark.parametrize("replicas", [None, 3])
def test_folding_every_batch_normalization_of_a_trained_net_changes_no_output(replicas):
    model = lived(MLP(SIZES, replicas=replicas, rng=rng(), dtype=np.float64))
    plain = MLP(SIZES, norm=None, replicas=replicas, rng=rng(), dtype=np.float64)
    x = drawn(50, 3, dtype=np.float64)
    for i, linear in enumerate(plain.linear_layers()):
        source = model.linear_layers()[i]
        folded = fold(source, model.batch_norm_layers()[i]) if i < 2 else source
        linear.W, linear.b = folded.W, folded.b
    expected = model.infer(x)
    assert np.abs(plain.infer(x) - expected).max() < 1e-12 * np.abs(expected).max()


# --- float32 ---


def test_float32_stays_float32_through_the_whole_net():
    model = lived(MLP(SIZES, dropout=0.3, activation="sigmoid", rng=rng(), init_scale=np.float64(2)))
    x, outputs = drawn(6, 3), []
    y = model.forward(x, outputs=outputs)
    dx = model.backward(cross_entropy(y, np.arange(6) % 2)[1])
    arrays = [*outputs, dx, model.state, model.infer(x), model.infer(x, statistics="batch")]
    for layer in model.layers:
        arrays += [getattr(layer, kind + name) for name in layer.trained for kind in ("", "d")]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


# --- bad input ---


@pytest.mark.parametrize(
    "options, message",
    [
        ({"norm": "layer"}, r"norm.*batch.*None.*layer"),
        ({"placement": "between"}, r"placement.*before.*after.*between"),
        ({"activation": "gelu"}, r"activation.*relu.*gelu"),
        ({"sizes": (3,)}, r"sizes.*\(3,\)"),
        ({"sizes": (3, 0, 2)}, r"sizes.*\(3, 0, 2\)"),
        ({"dropout": 1.5}, r"dropout.*1\.5"),
        ({"bn": {"momentum": 2}}, r"momentum.*2"),
        ({"bn": {"eps": -1}}, r"eps.*-1"),
    ],
)
def test_a_net_that_cannot_exist_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MLP(**({"sizes": SIZES, "rng": rng()} | options))


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError, match=r"numpy\.random\.Generator.*default_rng"):
        MLP(SIZES, rng=0)


@pytest.mark.parametrize(
    "x, error, message",
    [
        (drawn(1, 3), ValueError, r"batch of 1.*at least two"),
        (drawn(6, 4), ValueError, r"\(batch, 3\).*\(6, 4\)"),
        (drawn(3), ValueError, r"\(batch, 3\).*\(3,\)"),
        (drawn(2, 6, 3), ValueError, r"\(batch, 3\).*\(2, 6, 3\)"),
        (drawn(6, 3, dtype=np.float64), TypeError, r"float32.*float64"),
    ],
)
def test_forward_refuses_bad_input_before_anything_has_changed(x, error, message):
    model = lived(MLP(SIZES, dropout=0.5, placement="after", rng=rng()))
    model.forward(drawn(6, 3))
    before = everything(model)
    with pytest.raises(error, match=message):
        model.forward(x)
    assert_untouched(before, model)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("look", [*LOOKS, "reestimate"])
def test_nan_and_infinity_are_refused_at_the_door(look, bad):
    model, x = lived(MLP(SIZES, rng=rng())), drawn(6, 3)
    x[4, 1] = bad
    before = everything(model)
    with pytest.raises(ValueError, match=r"(?i) 1 .*(nan|infini)"):
        reestimate(model, x) if look == "reestimate" else LOOKS[look](model, x, np.zeros(6, int))
    assert_untouched(before, model)


def test_statistics_are_running_or_batch():
    with pytest.raises(ValueError, match=r"statistics.*running.*batch.*both"):
        MLP(SIZES, rng=rng()).predict(drawn(6, 3), statistics="both")


def test_one_example_can_be_predicted_but_not_by_its_own_statistics():
    model = lived(MLP(SIZES, rng=rng()))
    before = everything(model)
    assert model.predict(drawn(1, 3)).shape == (1,)
    for call in (lambda: model.predict(drawn(1, 3), statistics="batch"), lambda: reestimate(model, drawn(1, 3))):
        with pytest.raises(ValueError, match="at least two"):
            call()
    assert_untouched(before, model)


@pytest.mark.parametrize("labels", [[0, 1, 2, 0, 0, 0], [0, -1, 0, 0, 0, 0], [0, 1], [[0] * 6] * 2, [0.0] * 6])
def test_accuracy_refuses_labels_that_do_not_fit(labels):
    with pytest.raises((ValueError, TypeError), match="labels"):
        accuracy(MLP(SIZES, rng=rng()), drawn(6, 3), np.array(labels))


def test_backward_before_forward_says_to_call_forward_first():
    with pytest.raises(RuntimeError, match="forward"):
        MLP(SIZES, rng=rng()).backward(drawn(6, 2))


def test_a_layer_set_aside_in_eval_mode_is_a_layer_with_constant_statistics():
    """What frozen batch normalization means: gradients flow, statistics stay."""
    model = lived(MLP(SIZES, rng=rng()))
    for layer in model.batch_norm_layers():
        layer.eval()
    kept = [layer.running_mean.copy() for layer in model.batch_norm_layers()]
    model.forward(drawn(1, 3))  # one example is enough then
    fit_free = [layer.running_mean for layer in model.batch_norm_layers()]
    for now, then in zip(fit_free, kept, strict=True):
        np.testing.assert_array_equal(now, then)


def test_fit_after_predict_still_trains_the_net():
    model, x, labels = MLP(SIZES, rng=rng()), drawn(20, 3), np.arange(20) % 2
    model.predict(x)
    before = model.layers[0].W.copy()
    fit(model, x, labels, steps=1, batch_size=10, lr=0.1, rng=rng())
    assert (model.layers[0].W != before).any()


@pytest.mark.parametrize("name", ["replicas", "dtype"])
def test_what_the_net_decides_cannot_be_set_for_its_normalization_alone(name):
    with pytest.raises(TypeError, match=name):
        MLP((5, 8, 3), bn={name: 3}, rng=np.random.default_rng(0))
