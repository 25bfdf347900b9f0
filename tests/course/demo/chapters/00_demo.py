# %% [markdown]
# # 00 A demo
# See [the end](#The-end), [its exercises](../exercises/00_demo.ipynb) and
# [a page](../docs/page.md#what-it-says). The number $f[x](1)$ is no link.
#
# ![a grey square](square.png)

# %%
import ipywidgets
import matplotlib.pyplot as plt
import torch
from IPython.display import display

from ganlearn.notebook import claim, show

# %%
figure, ax = plt.subplots(figsize=(1, 1))
ax.plot([0, 1])
show(figure, alt="A rising line.")

# %%
generator = torch.Generator().manual_seed(0)
weights = torch.randn(64, 64, generator=generator)
x = torch.randn(256, 64, generator=generator)
for _ in range(20):
    x = torch.tanh(x @ weights)
claim("the average size of a unit", x.abs().mean(), at_least=0.5, at_most=1)
print(f"{x.std():.2f}")

# %%
slider = ipywidgets.FloatSlider(value=0.0, min=-3, max=3, description="z")
picture = ipywidgets.Image(value=b"\x89PNG", format="png")
slider.observe(lambda change: setattr(picture, "value", b"new"), "value")
display(ipywidgets.VBox([slider, picture]))

# %%
slider.value = 1.0
print(bytes(picture.value))

# %%
len("seven");  # fmt: skip  # noqa: E703

# %% tags=["raises-exception"]
int("seven")

# %% [markdown]
# ## The end
