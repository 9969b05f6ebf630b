"""Named functions on Tensors: `import course_lib.functional as F`, then `F.relu(x)`. Names and arguments are
torch's.

Inputs may be Tensors, arrays or numbers. Each group stands in a file of its own and is listed here.
"""

from course_lib.autograd.absent import anywhere, module_getattr
from course_lib.autograd.keywords import named_functions
from course_lib.autograd.tensor import Tensor
from course_lib.autograd.torch_names import FUNCTIONAL
from course_lib.functional.activations import (
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    maxout,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from course_lib.functional.arrays import (
    cat,
    einsum,
    flip,
    gather,
    maximum,
    minimum,
    pad,
    repeat_interleave,
    roll,
    split,
    stack,
    tril,
    triu,
    where,
)
from course_lib.functional.class_losses import cross_entropy, kl_div, multi_margin_loss, nll_loss
from course_lib.functional.convolution import (
    batch_norm,
    conv1d,
    conv2d,
    conv_transpose1d,
    conv_transpose2d,
    local_contrast_norm,
    local_response_norm,
    locally_connected2d,
)
from course_lib.functional.dense import (
    dropout,
    dropout2d,
    embedding,
    linear,
    one_hot,
    scaled_dot_product_attention,
)
from course_lib.functional.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    contrastive_loss,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    perceptron_loss,
    smooth_l1_loss,
    triplet_margin_loss,
)
from course_lib.functional.norms import (
    cosine_similarity,
    group_norm,
    instance_norm,
    layer_norm,
    normalize,
    rms_norm,
)
from course_lib.functional.pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
    max_unpool2d,
)
from course_lib.functional.windows import fold, interpolate, pixel_shuffle, unfold

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cat",
    "contrastive_loss",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "einsum",
    "elu",
    "embedding",
    "flip",
    "fold",
    "gather",
    "gelu",
    "group_norm",
    "hinge_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_contrast_norm",
    "local_response_norm",
    "locally_connected2d",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "max_unpool2d",
    "maximum",
    "maxout",
    "minimum",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "perceptron_loss",
    "pixel_shuffle",
    "relu",
    "repeat_interleave",
    "rms_norm",
    "roll",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "split",
    "stack",
    "tanh",
    "tril",
    "triplet_margin_loss",
    "triu",
    "unfold",
    "where",
]

named_functions(globals())
__getattr__ = module_getattr(__name__, "F", FUNCTIONAL, anywhere(("x.{0}(...), a method", Tensor)))
