"""What every test of the library takes for granted."""

import pytest
import torch

# A number of threads that depends on who else computes would change the last bit of a sum, and
# with it what "bit for bit" means.
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANLEARN_THREADS", "1")
