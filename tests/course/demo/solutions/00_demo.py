# %% [markdown]
# # 00 Exercises of the demo

# %%
from ganlearn.checks import check

# %% [markdown]
# ## 00.1 Centring a batch
# <details><summary>Hint</summary>Which axis counts the samples?</details>


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

# %% [markdown] tags=["solution"]
# The batch is axis 0, so every feature loses its own mean.

# %% [markdown]
# ## 00.2 How many numbers are in a batch of shape (64, 3, 32, 32)?

# %%
### BEGIN SOLUTION
numbers = 64 * 3 * 32 * 32
### END SOLUTION

# %%
check("00.2", numbers)
