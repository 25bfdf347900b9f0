# %% [markdown]
# # 00 A chapter
