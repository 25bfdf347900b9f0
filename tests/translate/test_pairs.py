"""Sources of pairs and of two collections, from the painters, the photographs and folders."""

import pytest
import torch
from PIL import Image

from ganlearn import data, runtime, translate
from ganlearn.errors import UserError
from ganlearn.translate.pairs import two_subfolders


def painted(folder, names, colour):
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        Image.new("RGB", (20, 24), (*colour, 10 * i)).save(folder / name)


def test_edges_and_paintings_belong_together():
    source = translate.edges_to_paintings(8, 16, seed=3, schools=["grids", "glass"])
    pictures, edges = data.paintings_with_edges(8, 16, 3, ["grids", "glass"])
    assert source.shape == (4, 16, 16)
    assert torch.equal(source.samples[:, 1:], pictures.samples)
    assert torch.equal(source.samples[:, :1] == 1, edges == 1)
    assert set(source.samples[:, 0].unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(source.labels, pictures.labels)


def test_pairs_of_unequal_number_or_size_are_refused():
    for other in (torch.zeros(3, 3, 8, 8), torch.zeros(4, 3, 8, 9)):
        with pytest.raises(UserError, match="as many inputs as targets, of the same size"):
            translate.pairs(torch.zeros(4, 1, 8, 8), other)


def test_two_collections_are_drawn_independently():
    values = torch.arange(6.0).view(6, 1, 1, 1)
    source = translate.Unpaired(data.Dataset(values), data.Dataset(values[:4].repeat(1, 3, 1, 1)))
    assert source.shape == (4, 1, 1)
    drawn = source.draw(6_000, runtime.generator(0))
    table = torch.zeros(6, 4)
    for a, b in drawn[:, :2, 0, 0].long().tolist():
        table[a, b] += 1
    assert (table / 6_000 - 1 / 24).abs().max() < 0.012  # four standard errors are 0.0103
    assert torch.equal(drawn, source.to("cpu").draw(6_000, runtime.generator(0)))


def test_collections_of_other_sizes_are_refused():
    with pytest.raises(UserError, match=r"\(16, 16\) and \(8, 8\)"):
        translate.Unpaired(data.digits(16), data.digits(8))


def test_photographs_and_paintings():
    source = translate.photographs_and_paintings(16, 8, schools=["waves"])
    assert source.shape == (6, 8, 8)
    assert source.b.label_names == ("waves",)


def test_a_folder_with_edges(tmp_path):
    picture = Image.new("RGB", (32, 32), "white")
    picture.paste("black", (0, 0, 16, 32))
    picture.save(tmp_path / "half.png")
    source = translate.folder_with_edges(str(tmp_path), 32)
    lines, pictures = source.samples[0, 0], source.samples[0, 1:]
    assert torch.equal(pictures, data.folder(tmp_path, 32).samples[0])
    columns = (lines[4:-4] == 1).float().mean(0)
    assert columns.nonzero().flatten().tolist() == [15, 16]  # the pixels on both sides of the jump


def test_two_folders_are_two_sides_by_name(tmp_path):
    painted(tmp_path / "b", ["x.png"], (0, 0))
    painted(tmp_path / "a", ["y.png", "z.png"], (255, 255))
    source = translate.two_folders(str(tmp_path), 8)
    assert source.a.samples[:, :2].eq(1).all()
    assert source.b.samples[:, :2].eq(-1).all()
    assert (len(source.a), len(source.b)) == (2, 1)


def test_pairs_in_two_folders_are_found_by_name(tmp_path):
    painted(tmp_path / "in", ["1.png", "2.png", "3.png"], (0, 0))
    painted(tmp_path / "out", ["2.bmp", "1.bmp", "3.bmp"], (255, 255))  # 2 is 0 blue, 1 is 10
    (tmp_path / "out" / "3.bmp").write_bytes(b"no picture")
    source = translate.folder_of_pairs(str(tmp_path), 8)
    assert source.shape == (6, 8, 8)
    blue = ((source.samples[:, [2, 5], 0, 0] + 1) * 127.5).round().tolist()
    assert blue == [[0, 10], [10, 0]]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (["in/1.png", "in/2.png", "out/2.png"], "1 is in one of them only"),
        (["in/1.png"], r"there are 1 \(in\)"),
        (["in/1.png", "out/1.png", "more/1.png"], r"there are 3 \(in, more, out\)"),
        ([], r"there are 0 \(none\)"),
    ],
)
def test_folders_that_hold_no_pairs_are_one_sentence(tmp_path, make, sentence):
    for name in make:
        painted((tmp_path / name).parent, [(tmp_path / name).name], (0, 0))
    with pytest.raises(UserError, match=sentence):
        translate.folder_of_pairs(str(tmp_path), 8)


def test_no_folder_at_all(tmp_path):
    with pytest.raises(UserError, match="no folder"):
        two_subfolders(tmp_path / "nowhere")
    for side in ("a", "b"):
        painted(tmp_path / side, ["1.png"], (0, 0))
        (tmp_path / side / "1.png").write_bytes(b"")
    with pytest.raises(UserError, match="None of the 1 pairs"):
        translate.folder_of_pairs(str(tmp_path), 8)
