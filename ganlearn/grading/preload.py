"""What every notebook needs, imported once: each notebook's process is a copy of this one.

Imported by the server from which processes are forked, and by nobody else: it sets variables.
"""

# ruff: noqa: F401
import os

os.environ.update(
    {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")},
    GANLEARN_THREADS="1",
    GANLEARN_BUDGET="smoke",
    GANLEARN_DEVICE="cpu",
    GANLEARN_PROGRESS="off",
    GANLEARN_GRADING="1",
    CUDA_VISIBLE_DEVICES="",
    MPLBACKEND="agg",
)

import atexit
import gc
import threading

import matplotlib.font_manager
import matplotlib.pyplot
import torch
import torch._dynamo  # which the first optimiser would import, for seconds
import tqdm

import ganlearn.checks.usual
import ganlearn.grading.interpreter
import ganlearn.grading.namespaces
import ganlearn.grading.worker
import ganlearn.plots
import ganlearn.training

torch.set_num_threads(1)
tqdm.tqdm.set_lock(threading.RLock())  # one between processes would outlive this one
atexit.register(os._exit, 0)  # packages complain about each other when they are taken down
gc.collect()
gc.freeze()  # the copies share the memory of what is here
