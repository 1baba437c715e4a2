"""Training: the optimizer by hand, replicas bit by bit, what the history holds, divergence, and bad input."""

import copy
import pickle

import numpy as np
import pytest

from bnlib.batchnorm import BatchNorm
from bnlib.inference import accuracy, reestimate
from bnlib.losses import cross_entropy, mse
from bnlib.mlp import MLP
from bnlib.sgd import SGD
from bnlib.training import Training, fit

pytestmark = pytest.mark.filterwarnings("error")

SIZES = (3, 6, 5, 2)


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(n=40, dtype=np.float32, seed=0, replicas=None):
    """Two classes in three dimensions that a small net can tell apart, and not in one step."""
    lead = () if replicas is None else (replicas,)
    x = rng([n, seed]).standard_normal((*lead, n, 3))
    return x.astype(dtype), (x[..., 0] * x[..., 1] + 0.5 * x[..., 2] > 0).astype(int)


def net(seed=0, **options):
    return MLP(**({"sizes": SIZES, "rng": rng(seed)} | options))


OPTIONS = {"steps": 7, "batch_size": 8, "lr": 0.1}


def run(model, x, labels, seed=1, **options):
    return fit(model, x, labels, **(OPTIONS | {"rng": rng(seed)} | options))


def snapshot(model):
    seen = [layer.batches_seen for layer in model.batch_norm_layers()]
    return model.state.copy(), seen, [layer.training for layer in model.layers]


def assert_untouched(before, model):
    now = snapshot(model)
    np.testing.assert_array_equal(now[0], before[0])
    assert now[1:] == before[1:]


# --- the optimizer ---


def test_sgd_follows_pytorchs_convention_of_momentum_and_decays_only_the_weights():
    """v = mu v + g (+ decay * W), p -= lr v: the learning rate is not inside the velocity, and g is not damped."""
    model = net(dtype=np.float64, placement="after")
    x, labels = problem(8, np.float64)
    names = [(i, name) for i, layer in enumerate(model.layers) for name in layer.trained]
    p = {place: getattr(model.layers[place[0]], place[1]).copy() for place in names}
    v = {place: np.zeros_like(value) for place, value in p.items()}
    sgd = SGD(model, lr=0.3, momentum=0.8, weight_decay=0.05)
    for step in range(4):
        sgd.lr = np.array([0.3 / (step + 1)])
        _, gradient = cross_entropy(model.forward(x), labels)
        model.backward(gradient)
        for place in names:
            g = getattr(model.layers[place[0]], "d" + place[1]).copy()
            if place[1] == "W":
                g += 0.05 * p[place]
            v[place] = 0.8 * v[place] + g
            p[place] = p[place] - 0.3 / (step + 1) * v[place]
        sgd.step()
        for i, name in names:
            np.testing.assert_allclose(getattr(model.layers[i], name), p[i, name], rtol=1e-12, atol=1e-14, err_msg=name)
    assert {name for _, name in names} == {"W", "b", "gamma", "beta"}


def test_fit_is_forward_loss_backward_and_sgd_on_shuffled_batches():
    x, labels = problem(20, np.float64)
    model, twin = net(dtype=np.float64), net(dtype=np.float64)
    history = run(model, x, labels, steps=6, batch_size=6, sgd_momentum=0.7, weight_decay=0.01)
    generator, sgd, step = rng(1), SGD(twin, 0.1, 0.7, 0.01), 0
    while step < 6:
        order = generator.permutation(20)
        for start in (0, 6, 12):  # the last two examples of an epoch are left out
            batch = order[start : start + 6]
            logits = twin.forward(x[batch])
            loss, gradient = cross_entropy(logits, labels[batch])
            assert history.loss[step] == loss
            assert history.accuracy[step] == (logits.argmax(axis=1) == labels[batch]).mean()
            twin.backward(gradient)
            sgd.step()
            step += 1
    np.testing.assert_array_equal(model.state, twin.state)
    assert model.batch_norm_layers()[0].batches_seen == 6


def test_without_affine_gamma_and_beta_stay_one_and_zero():
    model = net(bn={"affine": False})
    x, labels = problem()
    run(model, x, labels, weight_decay=0.1)
    for layer in model.batch_norm_layers():
        assert (layer.gamma == 1).all() and (layer.beta == 0).all() and (layer.running_mean != 0).all()


def test_a_net_learns_and_the_same_seeds_give_the_same_bits():
    x, labels = problem(200)
    one, other = net(), net()
    history = run(one, x, labels, steps=None, epochs=20, batch_size=20)
    again = run(other, x, labels, steps=None, epochs=20, batch_size=20)
    assert accuracy(one, x, labels) > 0.9 > accuracy(net(), x, labels)
    assert history.loss[-10:].mean() < 0.5 * history.loss[:10].mean()
    np.testing.assert_array_equal(one.state, other.state)
    np.testing.assert_array_equal(history.loss, again.loss)
    different = run(net(), x, labels, seed=2, steps=None, epochs=20, batch_size=20)
    assert (history.loss != different.loss).any()


def test_mse_trains_on_targets():
    x, _ = problem(60, np.float64)
    targets = np.stack([x[:, 0] - x[:, 1], 2 * x[:, 2]], axis=1)
    model, twin = net(dtype=np.float64, norm=None), net(dtype=np.float64, norm=None)
    history = run(model, x, targets, loss="mse", steps=300, batch_size=20, lr=0.05)
    first = rng(1).permutation(60)[:20]
    assert history.loss[0] == mse(twin.forward(x[first]), targets[first])[0]
    assert history.loss[-1] < 0.1 * history.loss[0]
    assert history.accuracy is None


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_float32_stays_float32_through_a_whole_run_also_with_numbers_from_numpy(dropout):
    bn = {"eps": np.float64(1e-3), "momentum": None}
    model = net(activation="sigmoid", placement="after", dropout=dropout, bn=bn)
    x, labels = problem()
    history = run(
        model,
        x,
        labels,
        lr=np.float64(0.1),
        sgd_momentum=np.float64(0.5),
        weight_decay=np.float64(0.01),
        validation=(x, labels),
        record=("mean", "std", "z_mean", "z_std", 50),
    )
    arrays = [model.state, history.loss, history.validation_loss]
    arrays += [array for layers in history.recorded.values() for array in layers]
    arrays += [array for layer in model.layers for array in layer.arrays.values() if array is not None]
    model.backward(model.forward(x))
    arrays += [getattr(layer, "d" + name) for layer in model.layers for name in layer.trained]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_data_and_labels_are_left_alone():
    x, labels = problem()
    kept = x.copy(), labels.copy()
    run(net(dropout=0.5), x, labels, steps=20)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(labels, kept[1])


# --- replicas ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dropout": 0.3},
        {"placement": "after", "activation": "tanh"},
        {"norm": None, "activation": "sigmoid"},
        {"bias": True, "bn": {"momentum": None}},
        {"sizes": (3, 1, 2)},
    ],
    ids=str,
)
@pytest.mark.parametrize("replicas, batch_size", [(3, 8), (6, 6), (1, 5)])
def test_replica_r_is_bit_equal_to_the_net_built_and_fitted_from_its_children(replicas, batch_size, options, dtype):
    x, labels = problem(20, dtype)
    settings = {"batch_size": batch_size, "weight_decay": 0.01, "record": ("std", 50), "validation": (x, labels)}
    whole = net(replicas=replicas, dtype=dtype, **options)
    history = run(whole, x, labels, **settings)
    assert history.loss.shape == (replicas, 7)
    children = zip(rng(0).spawn(replicas), rng(1).spawn(replicas), strict=True)
    for r, (net_rng, fit_rng) in enumerate(children):
        single = MLP(**({"sizes": SIZES, "rng": net_rng, "dtype": dtype} | options))
        alone = run(single, x, labels, **(settings | {"rng": fit_rng}))
        np.testing.assert_array_equal(whole.state[r], single.state)
        for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
            np.testing.assert_array_equal(getattr(history, name)[r], getattr(alone, name), err_msg=name)
        for name, layers in alone.recorded.items():
            for ours, theirs in zip(history.recorded[name], layers, strict=True):
                np.testing.assert_array_equal(ours[r], theirs)
        assert accuracy(whole, x, labels)[r] == accuracy(single, x, labels)


@pytest.mark.parametrize("own_labels", [False, True])
@pytest.mark.parametrize("replicas", [4, 20])
def test_each_replica_can_have_data_of_its_own(replicas, own_labels):
    x, labels = problem(20, replicas=replicas)
    if not own_labels:
        labels = labels[0]
    whole = net(replicas=replicas)
    history = run(whole, x, labels, batch_size=4)
    for r, (net_rng, fit_rng) in enumerate(zip(rng(0).spawn(replicas), rng(1).spawn(replicas), strict=True)):
        single = MLP(SIZES, rng=net_rng)
        alone = run(single, x[r], labels[r] if own_labels else labels, batch_size=4, rng=fit_rng)
        np.testing.assert_array_equal(whole.state[r], single.state)
        np.testing.assert_array_equal(history.loss[r], alone.loss)


@pytest.mark.parametrize("own_targets", [False, True])
def test_replicas_are_bit_equal_with_mse_too(own_targets):
    x, _ = problem(20, replicas=4)
    targets = x[..., :2] * 2 + 1 if own_targets else x[0, :, :2] * 2
    whole = net(replicas=4)
    history = run(whole, x, targets, batch_size=4, loss="mse")
    for r, (net_rng, fit_rng) in enumerate(zip(rng(0).spawn(4), rng(1).spawn(4), strict=True)):
        single = MLP(SIZES, rng=net_rng)
        alone = run(single, x[r], targets[r] if own_targets else targets, batch_size=4, loss="mse", rng=fit_rng)
        np.testing.assert_array_equal(whole.state[r], single.state)
        np.testing.assert_array_equal(history.loss[r], alone.loss)


def test_replicas_see_different_batches():
    x, labels = problem()
    model = net(replicas=3)
    model.state[...] = model.state[0]  # three times the same net
    history = run(model, x, labels)
    assert len(set(history.loss[:, 0].tolist())) == 3


def test_each_replica_can_have_its_own_learning_rate():
    x, labels = problem()
    rates = np.array([0.0, 0.05, 0.2])
    whole = net(replicas=3)
    start = whole.parameters.copy()
    run(whole, x, labels, lr=rates)
    np.testing.assert_array_equal(whole.parameters[0], start[0])
    for r, (net_rng, fit_rng) in enumerate(zip(rng(0).spawn(3), rng(1).spawn(3), strict=True)):
        single = MLP(SIZES, rng=net_rng)
        run(single, x, labels, lr=rates[r], rng=fit_rng)
        np.testing.assert_array_equal(whole.state[r], single.state)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_replicas_are_bit_equal_too_whatever_is_asked_for_and_with_some_that_diverge(dtype):
    replicas, options = 67, {"dropout": 0.2, "dtype": dtype, "bn": {"momentum": None}}
    x, labels = problem(20, dtype, replicas=replicas)
    rates = np.linspace(0.01, 0.3, replicas)
    for r in (3, 50):  # one value that overflows, in the first epoch, somewhere
        x[r, 5] = np.finfo(dtype).max
    settings = {"batch_size": 5, "steps": 9, "weight_decay": 0.01, "record": ("mean", "z_std", 85)}
    settings["validation"] = (problem(30, dtype, seed=9)[0], labels[0, :15].repeat(2))
    whole, in_parts = net(replicas=replicas, **options), net(replicas=replicas, **options)
    history = run(whole, x, labels, lr=rates, **settings)
    del settings["steps"]
    training = Training(in_parts, x, labels, lr=rates, rng=rng(1), **settings)
    for steps in (1, 3, 5):
        again = training.advance(steps)
        in_parts.predict(settings["validation"][0])
    np.testing.assert_array_equal(in_parts.state, whole.state)
    np.testing.assert_array_equal(again.loss, history.loss)
    assert {layer.batches_seen for layer in whole.batch_norm_layers()} == {9}
    assert sorted(history.diverged) == [3, 50] and again.diverged == history.diverged
    children = list(zip(rng(0).spawn(replicas), rng(1).spawn(replicas), strict=True))
    for r in (0, 1, 3, 4, 8, 9, 10, 15, 16, 17, 31, 32, 33, 49, 50, 51, 63, 64, 65, 66):
        single = MLP(SIZES, rng=children[r][0], **options)
        alone = run(single, x[r], labels[r], lr=rates[r], rng=children[r][1], steps=9, **settings)
        np.testing.assert_array_equal(whole.state[r], single.state, err_msg=str(r))
        for name in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
            np.testing.assert_array_equal(getattr(history, name)[r], getattr(alone, name), err_msg=name)
        for name, layers in alone.recorded.items():
            for ours, theirs in zip(history.recorded[name], layers, strict=True):
                np.testing.assert_array_equal(ours[r], theirs)
        assert history.diverged.get(r) == alone.diverged.get(0)
        assert np.isfinite(single.state).all()


# --- the length of a run, and its parts ---


def test_an_epoch_goes_through_all_examples_once_in_a_new_order_and_drops_the_incomplete_batch():
    n, seen = 11, []
    x = np.arange(n, dtype=np.float64)[:, None] * np.ones(3)
    model = net(dtype=np.float64)
    forward = model.forward
    model.forward = lambda x, outputs=None: seen.append(x[:, 0].astype(int).tolist()) or forward(x, outputs)
    history = run(model, x, np.zeros(n, int), steps=None, epochs=3, batch_size=4)
    assert history.loss.shape == (6,) and [len(batch) for batch in seen] == [4] * 6
    epochs = [seen[0] + seen[1], seen[2] + seen[3], seen[4] + seen[5]]
    assert all(len(set(epoch)) == 8 for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


@pytest.mark.parametrize("length", [{"steps": 1}, {"steps": 7}, {"steps": 250}, {"steps": None, "epochs": 3}])
def test_progress_is_told_how_many_steps_are_done_of_how_many_and_changes_nothing(length):
    x, labels = problem()
    calls, with_bar, without = [], net(), net()
    history = run(with_bar, x, labels, progress=lambda done, total: calls.append((done, total)), **length)
    expected = length["steps"] or 3 * 5
    run(without, x, labels, **length)
    np.testing.assert_array_equal(with_bar.state, without.state)
    done = [call[0] for call in calls]
    assert len(history.loss) == expected and calls[-1] == (expected, expected)
    assert {total for _, total in calls} == {expected} and done == sorted(set(done)) and len(done) >= min(expected, 10)


def test_a_run_advanced_in_parts_is_the_run_in_one_piece():
    x, labels = problem()
    whole, parts = net(dropout=0.2), net(dropout=0.2)
    expected = run(whole, x, labels, steps=13, validation=(x, labels), weight_decay=0.01)
    training = Training(parts, x, labels, batch_size=8, lr=0.1, weight_decay=0.01, validation=(x, labels), rng=rng(1))
    for steps in (1, 5, 0, 4, 3):
        history = training.advance(steps)
    assert training.steps_done == 13
    np.testing.assert_array_equal(parts.state, whole.state)
    np.testing.assert_array_equal(history.loss, expected.loss)
    np.testing.assert_array_equal(history.validation_loss, expected.validation_loss)


def test_looking_at_the_net_in_the_middle_of_a_run_changes_nothing():
    x, labels = problem()
    looked, alone = net(dropout=0.2, replicas=3), net(dropout=0.2, replicas=3)
    training = Training(looked, x, labels, batch_size=8, lr=0.1, rng=rng(1))
    for _ in range(7):
        training.advance(1)
        accuracy(looked, x, labels)
        looked.predict(x, statistics="batch")
        copy.copy(looked).eval()
        copy.deepcopy(looked).state[...] = 0
    expected = run(alone, x, labels)
    np.testing.assert_array_equal(looked.state, alone.state)
    np.testing.assert_array_equal(training.history.loss, expected.loss)


def test_a_run_leaves_training_mode_on_and_later_gradients_are_new_arrays():
    x, labels = problem()
    model = net()
    model.eval()
    run(model, x, labels)
    assert all(layer.training for layer in model.layers)
    model.forward(x)
    dy = np.ones((40, 2), np.float32)
    model.backward(dy)
    held = [getattr(layer, "d" + name) for layer in model.layers for name in layer.trained]
    kept = [array.copy() for array in held]
    model.backward(3 * dy)
    for array, before in zip(held, kept, strict=True):
        np.testing.assert_array_equal(array, before)


# --- the history ---


@pytest.mark.parametrize("replicas", [None, 3])
def test_the_history_has_one_value_for_each_step_and_each_epoch(replicas):
    x, labels = problem()
    lead = () if replicas is None else (replicas,)
    history = run(net(replicas=replicas), x, labels, steps=12, validation=(x[:7], labels[:7]), record=("mean", 15))
    assert history.loss.shape == history.accuracy.shape == (*lead, 12)
    assert history.validation_loss.shape == history.validation_accuracy.shape == (*lead, 2)
    assert list(history.validation_steps) == [5, 10]
    assert history.diverged == {} and list(history.recorded) == ["mean", 15]
    for layers in history.recorded.values():
        assert [array.shape for array in layers] == [(*lead, 12, 6), (*lead, 12, 5)]


def test_validation_is_in_eval_mode_by_the_running_statistics_of_that_moment():
    x, labels = problem()
    new_x, new_labels = problem(30, seed=9)
    history = run(net(dropout=0.3), x, labels, steps=10, validation=(new_x + 1, new_labels))
    for epoch in (1, 2):
        model = net(dropout=0.3)
        run(model, x, labels, steps=5 * epoch)
        loss, _ = cross_entropy(model.eval().forward(new_x + 1), new_labels)
        assert history.validation_loss[epoch - 1] == loss
        assert history.validation_accuracy[epoch - 1] == accuracy(model, new_x + 1, new_labels)


def test_validation_changes_nothing():
    x, labels = problem()
    one, other = net(dropout=0.3), net(dropout=0.3)
    run(one, x, labels, steps=20)
    run(other, x, labels, steps=20, validation=(x + 5, labels))
    np.testing.assert_array_equal(one.state, other.state)
    assert one.batch_norm_layers()[0].batches_seen == other.batch_norm_layers()[0].batches_seen == 20


@pytest.mark.parametrize("replicas", [None, 3])
@pytest.mark.parametrize("placement", ["before", "after"])
def test_recorded_is_what_enters_each_activation_and_the_linear_output_before_it(placement, replicas):
    x, labels = problem(20, np.float64)
    model = net(dtype=np.float64, placement=placement, replicas=replicas, activation="tanh")
    twin = copy.deepcopy(model)
    record = ("mean", "std", "z_mean", "z_std", 15, 50, 85)
    history = run(model, x, labels, record=record, batch_size=6)
    orders = [rng(1)] if replicas is None else rng(1).spawn(replicas)
    batches = np.stack([x[each.permutation(20)[:6]] for each in orders])
    outputs = []
    twin.forward(batches[0] if replicas is None else batches, outputs=outputs)
    activations = [i for i, layer in enumerate(twin.layers) if type(layer).__name__ == "Tanh"]
    linears = [i for i, layer in enumerate(twin.layers) if type(layer).__name__ == "Linear"][:-1]
    for k, (activation, linear) in enumerate(zip(activations, linears, strict=True)):
        entering, z = outputs[activation - 1], outputs[linear]
        ranks = np.sort(entering, axis=-2)  # of 6 values: percentile 50 lies in the middle of ranks 2 and 3
        expected = {
            "mean": entering.sum(axis=-2) / 6,
            "std": ((entering - entering.mean(axis=-2, keepdims=True)) ** 2).mean(axis=-2) ** 0.5,
            "z_mean": z.sum(axis=-2) / 6,
            "z_std": ((z - z.mean(axis=-2, keepdims=True)) ** 2).mean(axis=-2) ** 0.5,
            15: 0.25 * ranks[..., 0, :] + 0.75 * ranks[..., 1, :],
            50: 0.5 * ranks[..., 2, :] + 0.5 * ranks[..., 3, :],
            85: 0.75 * ranks[..., 4, :] + 0.25 * ranks[..., 5, :],
        }
        for name in record:
            found = history.recorded[name][k][..., 0, :]
            np.testing.assert_allclose(found, expected[name], rtol=1e-12, atol=1e-12, err_msg=str(name))
    if placement == "before":
        np.testing.assert_allclose(history.recorded["mean"][0][..., 0, :], 0, atol=1e-12)
        assert np.abs(history.recorded["z_mean"][0][..., 0, :]).max() > 0.01
    else:
        np.testing.assert_array_equal(history.recorded["mean"][0], history.recorded["z_mean"][0])


def test_what_the_history_returned_is_not_changed_by_later_steps():
    x, labels = problem()
    training = Training(net(), x, labels, batch_size=8, lr=0.1, record=("mean",), rng=rng(1))
    loss, recorded = training.advance(3).loss, training.history.recorded["mean"][0]
    kept = loss.copy(), recorded.copy()
    training.advance(3)
    np.testing.assert_array_equal(loss, kept[0])
    np.testing.assert_array_equal(recorded, kept[1])
    assert training.history.loss.shape == (6,)


# --- divergence ---


def poisoned(step, replica=1, replicas=3):
    """Data of its own for each replica; in `replica`, the batch of `step` holds one value that overflows the loss."""
    x, labels = problem(40, replicas=replicas)
    order = rng(1).spawn(replicas)[replica].permutation(40)
    x[replica, order[step * 8]] = 3e38
    return x, labels


@pytest.mark.parametrize("norm", ["batch", None])
@pytest.mark.parametrize("step", [0, 2])
def test_a_replica_that_diverges_is_frozen_at_its_last_finite_state_and_the_others_do_not_notice(step, norm):
    x, labels = poisoned(step)
    model, healthy = net(replicas=3, norm=norm, dropout=0.1), net(replicas=3, norm=norm, dropout=0.1)
    history = run(model, x, labels, validation=(x[0], labels[0]), record=("std", 50))
    assert history.diverged == {1: step}
    for curve in (history.loss, history.accuracy):
        assert np.isfinite(curve[[0, 2]]).all()
        assert np.isfinite(curve[1, :step]).all() and np.isnan(curve[1, step:]).all()
    clean_x = problem(40, replicas=3)[0]
    clean = run(healthy, clean_x, labels, record=("std", 50))
    np.testing.assert_array_equal(model.state[[0, 2]], healthy.state[[0, 2]])
    np.testing.assert_array_equal(history.loss[[0, 2]], clean.loss[[0, 2]])
    np.testing.assert_array_equal(history.loss[1, :step], clean.loss[1, :step])
    for ours, theirs in zip(history.recorded["std"], clean.recorded["std"], strict=True):
        np.testing.assert_array_equal(ours[[0, 2]], theirs[[0, 2]])
    last = net(replicas=3, norm=norm, dropout=0.1)
    if step:
        run(last, clean_x, labels, steps=step)
    assert np.isfinite(model.state).all()
    states = [last.state[1]]
    if step:  # or the state before the update that led there: both have been finite
        earlier = net(replicas=3, norm=norm, dropout=0.1)
        run(earlier, clean_x, labels, steps=step - 1)
        states.append(earlier.state[1])
    parameters = model.parameters.shape[-1]
    assert any(np.array_equal(model.state[1, :parameters], state[:parameters]) for state in states)
    assert np.isfinite(model.infer(problem()[0])).all()
    frozen_loss, _ = cross_entropy(model.infer(x[0])[1], labels[0])
    assert history.validation_loss[1, 0] == frozen_loss  # after step 5, when it had long been frozen


def test_a_single_net_that_diverges_is_replica_0():
    x, labels = problem()
    model = net(norm=None)
    history = run(model, x, labels, lr=1e30, steps=10, validation=(x, labels))
    assert list(history.diverged) == [0]
    step = history.diverged[0]
    assert 0 < step < 10 and np.isfinite(history.loss[:step]).all() and np.isnan(history.loss[step:]).all()
    assert np.isfinite(model.state).all() and history.loss.dtype == np.float32
    assert np.isnan(history.accuracy[step:]).all()


@pytest.mark.parametrize("replicas", [None, 3])
@pytest.mark.parametrize("steps", [1, 2, 3, 6])
@pytest.mark.parametrize("norm", ["batch", None])
def test_a_run_never_leaves_a_net_that_is_not_finite(norm, steps, replicas):
    """Also when it is the last update that overflows, and no loss has shown it yet."""
    x, labels = problem()
    x *= 1e3
    for lr in (1e10, 1e20, 1e38):
        model = net(norm=norm, replicas=replicas)
        history = run(model, x, labels, lr=lr, steps=steps, validation=(x, labels))
        assert np.isfinite(model.state).all(), lr
        assert np.isnan(history.loss).any() == bool(history.diverged)


def test_a_running_variance_that_overflows_is_divergence_although_the_loss_is_finite():
    """In float32 a standard deviation of 1e20 has no square: each unit would then give beta, whatever comes in."""
    x, labels = problem()
    model = net(init_scale=1e20)
    start = model.state.copy()
    history = run(model, x, labels, steps=3)
    assert history.diverged == {0: 0} and np.isnan(history.loss).all()
    np.testing.assert_array_equal(model.state, start)


def test_a_frozen_replica_stays_frozen_when_the_run_goes_on():
    x, labels = poisoned(1)
    model = net(replicas=3)
    training = Training(model, x, labels, batch_size=8, lr=0.1, rng=rng(1))
    training.advance(2)
    frozen, others = model.state[1].copy(), model.state[[0, 2]].copy()
    training.advance(10)
    np.testing.assert_array_equal(model.state[1], frozen)
    assert (model.state[[0, 2]] != others).any(axis=1).all()
    assert training.history.diverged == {1: 1} and training.history.loss.shape == (3, 12)


# --- NaN that is let in ---


def test_check_finite_false_lets_one_nan_through():
    x, labels = problem()
    first = rng(1).permutation(40)
    x[first[8], 2] = np.nan  # in the second batch
    model = net()
    before = snapshot(model)
    with pytest.raises(ValueError, match=r"(?i) 1 .*(nan|infini)"):
        run(model, x, labels)
    assert_untouched(before, model)
    history = run(model, x, labels, check_finite=False)
    assert history.diverged == {0: 1} and np.isfinite(history.loss[0]) and np.isnan(history.loss[1:]).all()


def test_check_finite_false_holds_for_the_validation_too():
    x, labels = problem()
    bad = x.copy()
    bad[3, 1] = np.nan
    model = net()
    before = snapshot(model)
    with pytest.raises(ValueError, match=r"(?i) 1 .*(nan|infini)"):
        run(model, x, labels, validation=(bad, labels))
    assert_untouched(before, model)
    history = run(model, x, labels, validation=(bad, labels), check_finite=False)
    assert np.isfinite(history.loss).all() and np.isnan(history.validation_loss).all()


def test_one_nan_in_training_mode_spoils_the_running_statistics_of_every_unit_behind_it():
    """What a lesson shows: the weights are as good as before, and eval mode is lost for good."""
    x, labels = problem()
    model = net()
    run(model, x, labels, steps=20)
    parameters = model.parameters.copy()
    bad = x[:8].copy()
    bad[3, 1] = np.nan
    model.forward(bad)
    for _ in range(50):
        model.forward(x)
    np.testing.assert_array_equal(model.parameters, parameters)
    for layer in model.batch_norm_layers():
        assert np.isnan(layer.running_mean).all() and np.isnan(layer.running_var).all()
    assert np.isfinite(model.infer(x, statistics="batch")).all()
    assert np.isnan(model.infer(x)).all()


# --- bad input ---

X, LABELS = problem()
NAN = X.copy()
NAN[0, 0] = np.nan
BAD_CALLS = {
    "labels too large": ((X, LABELS + 1), {}, ValueError, r"labels.*2.*2 classes.*0 and 1"),
    "negative labels": ((X, LABELS - 1), {}, ValueError, r"labels.*-1"),
    "floating labels": ((X, LABELS.astype(float)), {}, TypeError, r"labels.*float64.*integer"),
    "one-hot labels": ((X, np.eye(2, dtype=int)[LABELS]), {}, ValueError, r"\(40, 3\).*\(40, 2\)"),
    "too few labels": ((X, LABELS[:39]), {}, ValueError, r"\(40, 3\).*\(39,\)"),
    "labels of replicas": ((X, np.stack([LABELS] * 3)), {}, ValueError, r"\(3, 40\)"),
    "wrong features": ((X[:, :2], LABELS), {}, ValueError, r"\(batch, 3\).*\(40, 2\)"),
    "a vector": ((X[0], LABELS), {}, ValueError, r"\(batch, 3\).*\(3,\)"),
    "replicas of data": ((np.stack([X] * 3), LABELS), {}, ValueError, r"\(batch, 3\).*\(3, 40, 3\)"),
    "mixed dtypes": ((X.astype(np.float64), LABELS), {}, TypeError, r"float32.*float64"),
    "integers": (((X * 10).astype(int), LABELS), {}, TypeError, r"float32.*int64"),
    "nan": ((NAN, LABELS), {}, ValueError, r"(?i) 1 .*nan"),
    "infinity": ((NAN * np.float32(np.inf), LABELS), {}, ValueError, r"(?i)infini"),
    "nan in validation": ((X, LABELS), {"validation": (NAN, LABELS)}, ValueError, r"(?i) 1 .*nan"),
    "validation labels": ((X, LABELS), {"validation": (X, LABELS + 1)}, ValueError, r"2 classes"),
    "batch of one": ((X, LABELS), {"batch_size": 1}, ValueError, r"batch_size.*2.*40.*1"),
    "batch of none": ((X, LABELS), {"batch_size": 0}, ValueError, r"batch_size.*0"),
    "batch too large": ((X, LABELS), {"batch_size": 41}, ValueError, r"batch_size.*40.*41"),
    "half a batch": ((X, LABELS), {"batch_size": 7.5}, (ValueError, TypeError), r"batch_size.*7\.5"),
    "negative lr": ((X, LABELS), {"lr": -0.1}, ValueError, r"lr.*-0\.1"),
    "nan lr": ((X, LABELS), {"lr": np.nan}, ValueError, r"lr.*nan"),
    "lr for each replica": ((X, LABELS), {"lr": [0.1, 0.2]}, ValueError, r"lr.*0\.2"),
    "momentum of one": ((X, LABELS), {"sgd_momentum": 1.0}, ValueError, r"sgd_momentum.*1\.0"),
    "negative decay": ((X, LABELS), {"weight_decay": -0.1}, ValueError, r"weight_decay.*-0\.1"),
    "unknown loss": ((X, LABELS), {"loss": "hinge"}, ValueError, r"cross_entropy.*mse.*hinge"),
    "unknown record": ((X, LABELS), {"record": ("median",)}, ValueError, r"mean.*std.*median"),
    "percentile 101": ((X, LABELS), {"record": (101,)}, ValueError, r"percentile.*101"),
    "no length": ((X, LABELS), {"steps": None}, ValueError, r"epochs.*steps"),
    "two lengths": ((X, LABELS), {"epochs": 1}, ValueError, r"epochs.*steps"),
    "no steps": ((X, LABELS), {"steps": 0}, ValueError, r"steps=0"),
    "half a step": ((X, LABELS), {"steps": 2.5}, (ValueError, TypeError), r"steps.*2\.5"),
    "a seed for a generator": ((X, LABELS), {"rng": 0}, TypeError, r"rng.*numpy\.random\.Generator"),
    "unknown word": ((X, LABELS), {"learning_rate": 1}, TypeError, r"learning_rate"),
    "mse with labels": ((X, LABELS), {"loss": "mse"}, (ValueError, TypeError), r"\(40, 2\).*\(40,\)"),
    "mse in float64": ((X, X[:, :2].astype(float)), {"loss": "mse"}, TypeError, r"float32.*float64"),
    "mse with nan": ((X, NAN[:, :2]), {"loss": "mse"}, ValueError, r"(?i)targets.* 1 .*nan"),
    "mse, wrong width": ((X, X), {"loss": "mse"}, ValueError, r"\(40, 2\).*\(40, 3\)"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_input_is_refused_with_a_message_and_leaves_the_net_as_it_was(case):
    data, options, error, message = BAD_CALLS[case]
    model = net(dropout=0.2)
    model.eval()
    model.layers[0].forward(X)
    before = snapshot(model)
    with pytest.raises(error, match=message):
        run(model, *data, **options)
    assert_untouched(before, model)


def test_a_net_without_batch_normalization_may_train_on_single_examples():
    model = net(norm=None)
    start = model.state.copy()
    assert run(model, X, LABELS, batch_size=1, steps=3).loss.shape == (3,)
    assert (model.state != start).any()


def test_the_running_statistics_after_a_run_are_those_of_its_batches():
    """Momentum 0.3: after n steps the newest batch weighs 0.3, the one before 0.3 * 0.7, and so on."""
    x, labels = problem(20, np.float64)
    model = net(sizes=(3, 4, 2), dtype=np.float64, bn={"momentum": 0.3})
    history = run(model, x, labels, record=("z_mean", "z_std"), batch_size=5)
    weights = 0.3 * 0.7 ** np.arange(6, -1, -1)
    (bn,) = [layer for layer in model.layers if isinstance(layer, BatchNorm)]
    np.testing.assert_allclose(bn.running_mean, weights @ history.recorded["z_mean"][0], rtol=1e-12, atol=1e-15)
    variances = history.recorded["z_std"][0] ** 2 * 5 / 4
    np.testing.assert_allclose(bn.running_var, 0.7**7 + weights @ variances, rtol=1e-12)


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_copied_run_goes_on_as_the_original(replicas):
    model = net(replicas=replicas)
    training = Training(model, *problem(), batch_size=8, lr=0.1, rng=rng(1))
    training.advance(7)
    others = copy.deepcopy(training), pickle.loads(pickle.dumps(training))
    expected = training.advance(10).loss
    for other in others:
        np.testing.assert_array_equal(other.advance(10).loss, expected)
        np.testing.assert_array_equal(other.model.state, model.state)


def test_what_is_recorded_of_a_net_that_diverged_is_nan_in_one_piece_or_many():
    rng = np.random.default_rng(0)
    x, targets = rng.standard_normal((29, 8), dtype=np.float32), rng.standard_normal((29, 1), dtype=np.float32)
    kept = []
    for progress in (None, lambda done, total: None):
        model = MLP((8, 7, 3, 1), norm=None, init_scale=10, rng=np.random.default_rng(5))
        history = fit(model, x, targets, loss="mse", steps=8, batch_size=29, lr=2.0, sgd_momentum=0.0, record=("mean",),
                      rng=np.random.default_rng(1), progress=progress)  # fmt: skip
        kept.append(history.recorded["mean"][0])
        assert np.isnan(kept[-1][history.diverged[0] :]).all() and np.isfinite(kept[-1][: history.diverged[0]]).all()
    np.testing.assert_array_equal(*kept)


def overflowing_data():
    """Inputs so large that the first update overflows at a learning rate of 1e38."""
    return 1000 * np.random.default_rng(0).standard_normal((40, 5), dtype=np.float32), np.arange(40) % 3


def test_the_validation_is_that_of_the_net_that_is_kept():
    x, labels = overflowing_data()
    model = MLP((5, 8, 3), norm=None, rng=np.random.default_rng(0))
    settings = {"batch_size": 40, "lr": 1e38, "validation": (x, labels)}
    history = fit(model, x, labels, epochs=3, **settings, rng=np.random.default_rng(1))
    assert np.isnan(history.loss[1:]).all() and np.isfinite(history.validation_loss).all()


def test_an_interrupted_run_leaves_a_finite_net(monkeypatch):
    x, labels = overflowing_data()
    model, step = MLP((5, 8, 3), norm=None, rng=np.random.default_rng(0)), SGD.step

    def interrupt(sgd):
        step(sgd)
        raise KeyboardInterrupt

    monkeypatch.setattr(SGD, "step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit(model, x, labels, epochs=3, batch_size=40, lr=1e38, rng=np.random.default_rng(1))
    assert np.isfinite(model.state).all()


def test_names_to_record_may_come_from_a_generator():
    assert run(net(), *problem(), record=iter(["mean"])).recorded["mean"][0].shape == (7, 6)


@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"progress": 3}, TypeError, "progress.*3"),
        ({"lr": 1e300}, ValueError, "finite in float32.*1e\\+300"),
        ({"validation": (np.ones((0, 3), np.float32), np.ones(0, int))}, ValueError, r"\(0, 3\).*0 rows"),
    ],
)
def test_what_cannot_be_trained_with_is_refused_before_anything_has_changed(change, error, words):
    model = net().eval()
    before = snapshot(model)
    with pytest.raises(error, match=words):
        run(model, *problem(), **change)
    assert_untouched(before, model)


def test_no_rows_have_no_accuracy():
    with pytest.raises(ValueError, match="0 rows"):
        accuracy(net(), np.ones((0, 3), np.float32), np.ones(0, int))


def test_statistics_that_overflow_are_refused_and_the_old_ones_stay():
    model = net()
    before = snapshot(model)
    with np.errstate(over="ignore"), pytest.raises(ValueError, match="variance"):
        reestimate(model, problem()[0] * np.float32(1e25))
    assert_untouched(before, model)
