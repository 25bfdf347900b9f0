# %% [markdown]
# # 00 Exercises
# From [chapter 00](../chapters/00_demo.ipynb), solved in [solutions](../solutions/00_demo.ipynb).

# %%
import torch

from ganlearn.checks import check


# %%
def centre(x):
    """Samples (n, d) minus their mean over the batch."""
    ### BEGIN SOLUTION
    mean_of_each_feature = x.mean(dim=0)
    return x - mean_of_each_feature
    ### END SOLUTION


# %%
if check("00.1", centre):
    print("Every column now has the mean 0.")
### BEGIN HIDDEN TESTS
of_ones = centre(torch.ones(3, 2))
assert of_ones.abs().sum() == 0, "the word that nobody may see"
### END HIDDEN TESTS

# %% [markdown] tags=["solution"]
# The batch is axis 0, so every feature loses its own mean.

# %%
### BEGIN SOLUTION
numbers = 64 * 3 * 32 * 32
### END SOLUTION

# %%
check("00.2", numbers)
