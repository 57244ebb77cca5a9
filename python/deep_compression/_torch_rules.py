"""What a weight must keep while it is trained, as parametrizations of PyTorch's.

Each takes what is trained to the weight that the network computes with.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

import torch
from torch import Tensor, nn


class Mask(nn.Module):
    """W where `kept`, an exact zero elsewhere. Pruned entries of W have no gradient."""

    kept: Tensor

    def __init__(self, kept: Tensor) -> None:
        super().__init__()
        self.register_buffer("kept", kept.to(torch.uint8))

    def forward(self, weight: Tensor) -> Tensor:
        return torch.where(self.kept.bool(), weight, torch.zeros((), dtype=weight.dtype))

    def right_inverse(self, weight: Tensor) -> Tensor:
        return weight


class Codebook(nn.Module):
    """values[codes]: the gradient of a value is the sum over the weights that share it.

    What is trained are the values but the zero of a sparse layer, which is value 0 and stays.
    """

    codes: Tensor
    first: Tensor  # values as they were at the start

    def __init__(self, codes: Tensor, codebook: Tensor, policy: str, bits: int) -> None:
        super().__init__()
        self.sparse = codebook.numel() > 0 and float(codebook[0]) == 0
        self.policy, self.bits = policy, bits
        self.register_buffer("codes", codes.to(torch.int32))
        self.register_buffer("first", codebook[1:] if self.sparse else codebook)

    def table(self, values: Tensor) -> Tensor:
        """The whole codebook."""
        return torch.cat([values.new_zeros(1), values]) if self.sparse else values

    def forward(self, values: Tensor) -> Tensor:
        return self.table(values).index_select(0, self.codes.flatten()).reshape(self.codes.shape)

    def right_inverse(self, weight: Tensor) -> Tensor:
        """The mean of the weights that share a value; of a value without any, what it was."""
        codes = self.codes.flatten().long()
        size = self.first.numel() + self.sparse
        counts = torch.bincount(codes, minlength=size).to(weight.dtype)
        sums = torch.zeros(size, dtype=weight.dtype).index_add_(0, codes, weight.flatten())
        means = (sums / counts)[self.sparse :]
        return torch.where(counts[self.sparse :] > 0, means, self.first.to(weight.dtype))

    def quantized(self, values: Tensor) -> Dict[str, Any]:
        """Codes and codebook as the file holds them."""
        table = self.table(values.detach())
        return dict(codes=self.codes.numpy(), codebook=table.numpy(), scales=None, scale_axis=0)


class _Nearest(torch.autograd.Function):
    """The nearest value of the grid; the gradient passes where the weight is within its range."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, grid: Tensor) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward((weight >= grid[0]) & (weight <= grid[-1]))
        return grid[torch.bucketize(weight, (grid[1:] + grid[:-1]) / 2)]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tuple[Tensor, None]:  # type: ignore[override]
        (inside,) = ctx.saved_tensors
        return gradient * inside, None


class Grid(nn.Module):
    """The value of a fixed grid that is nearest to W, times the scale of its channel.

    `kept`, where it is given, keeps the zeros of pruning: codes of the others follow W.
    """

    grid: Tensor  # ascending
    scales: Optional[Tensor]
    kept: Optional[Tensor]

    def __init__(
        self,
        codebook: Tensor,
        scales: Optional[Tensor],
        scale_axis: int,
        kept: Optional[Tensor],
        policy: str,
        bits: int,
    ) -> None:
        super().__init__()
        self.scale_axis, self.policy, self.bits = scale_axis, policy, bits
        self.register_buffer("grid", torch.unique(codebook, sorted=True))
        self.register_buffer("scales", scales)
        self.register_buffer("kept", None if kept is None else kept.to(torch.uint8))

    def _factors(self, weight: Tensor) -> Tensor:
        if self.scales is None:
            return torch.ones((), dtype=weight.dtype)
        shape = [1] * weight.dim()
        shape[self.scale_axis] = -1
        return self.scales.reshape(shape)

    def forward(self, weight: Tensor) -> Tensor:
        factors = self._factors(weight)
        effective: Tensor = _Nearest.apply(weight / factors, self.grid)
        if self.scales is not None:
            effective = effective * factors
        if self.kept is not None:
            effective = torch.where(self.kept.bool(), effective, torch.zeros(()))
        return effective

    def right_inverse(self, weight: Tensor) -> Tensor:
        return weight

    def quantized(self, weight: Tensor) -> Dict[str, Any]:
        """Codes and codebook as the file holds them."""
        weight = weight.detach()
        codes = torch.bucketize(weight / self._factors(weight), (self.grid[1:] + self.grid[:-1]) / 2)
        grid = self.grid
        if self.kept is not None:
            at = torch.searchsorted(grid, torch.zeros(1))
            if int(at) == len(grid) or float(grid[at]) != 0:
                grid = torch.cat([grid, torch.zeros(1)])
                at = torch.tensor([len(grid) - 1])
            codes = torch.where(self.kept.bool(), codes, at)
        return dict(
            codes=codes.numpy(),
            codebook=grid.numpy(),
            scales=None if self.scales is None else self.scales.numpy(),
            scale_axis=self.scale_axis,
        )
