# Everything a reader or an author does here. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
LAB_OPTIONS ?=
WHEELS ?= ../shared/wasm
NOTEBOOKS := notebooks/*.ipynb notebooks/deeper/*.ipynb

# These nets are small: with more BLAS threads than free cores they run many times slower.
export OPENBLAS_NUM_THREADS ?= 1
# Matplotlib's font cache lives in the environment, and no matplotlibrc of the user's changes a picture.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib

NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=60
# Without a user's own IPython start-up files; the longest files first, one file on one of two processes.
PYTEST := IPYTHONDIR="$(CURDIR)/$(VENV)/ipython" $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rfEs

.PHONY: help lab site serve address test-site test-site-deep test test-lessons robust notebooks lint data sweep bench bench-ui oracle test-deep screenshot constraints clean

help:
	@echo "make lab         open the lessons in JupyterLab"
	@echo "make site        build the site, pages to read and JupyterLite, into build/site (an environment of its own)"
	@echo "make serve       show that site on this computer"
	@echo "make test-site   build that site and try it in a real browser (make test-site-deep: every notebook); needs WHEELS=$(WHEELS)"
	@echo "make address     write the repository's address, a line of pyproject.toml, into the README"
	@echo "make test        run the tests: code, notebooks with their outputs, the tour and an exercise in a real browser"
	@echo "make test-lessons every lesson in a real browser: run all, drag everything; LESSONS=02_scale: some of them"
	@echo "make robust      ask every claim of the lessons again with other seeds, rates and lengths (some minutes)"
	@echo "make notebooks   run every notebook and store clean outputs"
	@echo "make lint        check the code and the notebooks with ruff"
	@echo "make data        draw the cats again"
	@echo "make sweep       train the 32,400 nets of lesson 4's maps again (some minutes; joblib)"
	@echo "make oracle      compare with PyTorch (an environment of its own; installs PyTorch)"
	@echo "make test-deep   the slow tests: make robust, every CPU type and thread count, the wheel in an empty environment"
	@echo "make bench       time training steps against PyTorch, JAX and Keras (an environment of its own; 4 minutes)"
	@echo "make bench-ui    time slider steps in JupyterLab against interact and ipympl (an environment of its own; 12 minutes)"
	@echo "make screenshot  make the README's picture of the live explorer again"
	@echo "make constraints find and store the newest versions of everything we install"
	@echo "make clean       remove all that make has made, the environment too"
	@echo
	@echo "Another Python: PYTHON=python3.12 make lab. Options of JupyterLab: make lab LAB_OPTIONS=--port=9000"

lab: $(VENV)/.lab
	@options="--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb --LabApp.extension_manager=readonly"; \
	if [ "$$(id -u)" = 0 ]; then \
		echo "You are root, so JupyterLab starts with --allow-root."; options="$$options --allow-root"; fi; \
	if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$BROWSER" ]; then \
		echo "There is no display, so no browser opens: go to the address below."; options="$$options --no-browser"; fi; \
	exec $(PY) -m jupyterlab --log-level=WARN $$options $(LAB_OPTIONS)

site: $(VENV)-site/.ready
	$(VENV)-site/bin/python site/make.py build/site $(if $(PYODIDE),--pyodide "$(PYODIDE)")

serve:
	$(PYTHON) site/serve.py build/site

address:
	$(PYTHON) tools/address.py

build/pyodide: $(VENV)-site/.ready site/runtime.py site/fetch.py
	$(VENV)-site/bin/python site/runtime.py $@ --wheels "$(WHEELS)"

# With the wheels of numpy and matplotlib for the browser in $(WHEELS), all of it works without a network.
test-site test-site-deep: build/pyodide
	$(MAKE) --no-print-directory site PYODIDE=build/pyodide
	$(VENV)-site/bin/python -m pytest -n 2 --dist loadgroup -rsP --durations=8 \
		$(if $(findstring deep,$@),-m "deep or not deep") tests/site

test: $(VENV)/.test
	$(PYTEST) $(NBVAL) notebooks tests --ignore=tests/oracle --ignore=tests/site

test-lessons: $(VENV)/.test
	$(PYTEST) --dist loadgroup -m deep tests/browser $(if $(LESSONS),-k "$(LESSONS)")

robust: $(VENV)/.test
	$(PY) tools/robust.py $(NOTEBOOKS)

notebooks: $(VENV)/.test
	$(PY) tools/run_notebooks.py $(NOTEBOOKS)

lint: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet .

data: $(VENV)/.test
	$(PY) tools/make_data.py

oracle: $(VENV)-oracle/.ready
	$(VENV)-oracle/bin/python -m pytest tests/oracle

bench: $(VENV)-bench/.ready
	$(VENV)-bench/bin/python tests/benchmarks/bench.py

bench-ui: $(VENV)-bench-ui/.ready
	$(VENV)-bench-ui/bin/python tests/benchmarks/bench_ui.py

sweep: $(VENV)/.sweep
	$(PY) tools/make_sweep.py

test-deep: $(VENV)/.sweep
	$(PYTEST) -m deep tests --ignore=tests/oracle --ignore=tests/site
	$(PY) tools/robust.py $(NOTEBOOKS)
	$(PY) tools/run_on_cpus.py $(NBVAL) notebooks

screenshot: $(VENV)/.test
	$(PY) tools/screenshots.py notebooks/02_*.ipynb --explorer 1 --drag γ 0.8 --drag β 0.65 \
		--out notebooks/images/explorer.png

constraints:
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints/all
	build/constraints/all/bin/python -m pip install --quiet ".[lab,test,dev,sweep]"
	echo "# The versions the project was tested with; make constraints writes this file." > constraints/tested.txt
	build/constraints/all/bin/python -m pip freeze | grep -vi "^bnlib" >> constraints/tested.txt
	$(PYTHON) -m venv build/constraints/oracle
	build/constraints/oracle/bin/python -m pip install --quiet -c constraints/tested.txt ".[oracle]"
	echo "# What make oracle installs beside; make constraints writes this file." > constraints/oracle.txt
	build/constraints/oracle/bin/python -m pip freeze | grep -vi "^bnlib" | grep -vxFf constraints/tested.txt \
		| sed "s/+cpu//" >> constraints/oracle.txt
	$(PYTHON) -m venv build/constraints/bench
	build/constraints/bench/bin/python -m pip install --quiet -c constraints/tested.txt -c constraints/oracle.txt ".[lab,bench,bench-ui]"
	echo "# What make bench and make bench-ui install beside; make constraints writes this file." > constraints/bench.txt
	build/constraints/bench/bin/python -m pip freeze | grep -vi "^bnlib" | sed "s/+cpu//" \
		| grep -vxFf constraints/tested.txt | grep -vxFf constraints/oracle.txt >> constraints/bench.txt
	$(PYTHON) -m venv build/constraints/site
	build/constraints/site/bin/python -m pip install --quiet -c constraints/tested.txt ".[site]"
	echo "# What make site installs beside; make constraints writes this file." > constraints/site.txt
	build/constraints/site/bin/python -m pip freeze | grep -vi "^bnlib" | grep -vxFf constraints/tested.txt \
		>> constraints/site.txt

clean:
	rm -rf $(VENV) $(VENV)-site $(VENV)-oracle $(VENV)-bench $(VENV)-bench-ui build dist .pytest_cache .ruff_cache .hypothesis
	find bnlib tests tools notebooks -name __pycache__ -prune -exec rm -rf {} +
	find notebooks -name .ipynb_checkpoints -prune -exec rm -rf {} +

# One line, with the cure, when this Python cannot do it.
CHECK_PYTHON = command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer."; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version 2>&1) is too old: install Python 3.11 or newer, then: PYTHON=python3.12 make $(or $(MAKECMDGOALS),lab)"; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks venv: install it (Debian, Ubuntu: apt-get install python3-venv), then make again."; exit 1; }

$(VENV)/.made:
	@$(CHECK_PYTHON)
	@echo "Making the environment $(VENV); once only, a minute or two."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.lab: $(VENV)/.made pyproject.toml constraints/tested.txt $(wildcard tools/jupyter*)
	@$(PY) -m pip install --disable-pip-version-check -c constraints/tested.txt -e ".[lab]"
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp tools/jupyterlab_overrides.json $(VENV)/share/jupyter/lab/settings/overrides.json
	@cp tools/jupyter_nbconvert_config.json tools/jupyter_server_config.py $(VENV)/etc/jupyter/
	@$(PY) -c "import matplotlib.font_manager" 2>/dev/null
	@touch $@

$(VENV)/.test: $(VENV)/.lab
	@$(PIP_INSTALL) -c constraints/tested.txt -e ".[lab,test]"
	@touch $@

$(VENV)/.sweep: $(VENV)/.test
	@$(PIP_INSTALL) -c constraints/tested.txt -e ".[lab,test,sweep]"
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	@$(PIP_INSTALL) -c constraints/tested.txt -e ".[lab,test,dev,sweep]"
	@touch $@

$(VENV)-bench/.ready: EXTRA = bench
$(VENV)-bench-ui/.ready: EXTRA = lab,bench-ui
$(VENV)-bench/.ready $(VENV)-bench-ui/.ready: pyproject.toml constraints/tested.txt constraints/oracle.txt constraints/bench.txt
	@$(CHECK_PYTHON)
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints/tested.txt \
		-c constraints/oracle.txt -c constraints/bench.txt -e ".[$(EXTRA)]"
	@touch $@

$(VENV)-site/.ready: pyproject.toml constraints/tested.txt constraints/site.txt
	@$(CHECK_PYTHON)
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints/tested.txt \
		-c constraints/site.txt -e ".[site]"
	@touch $@

$(VENV)-oracle/.made:
	@$(CHECK_PYTHON)
	@$(PYTHON) -m venv --clear $(VENV)-oracle
	@touch $@

$(VENV)-oracle/.ready: $(VENV)-oracle/.made pyproject.toml constraints/tested.txt constraints/oracle.txt
	@$(VENV)-oracle/bin/python -m pip install --quiet --disable-pip-version-check \
		-c constraints/tested.txt -c constraints/oracle.txt -e ".[oracle]"
	@touch $@
