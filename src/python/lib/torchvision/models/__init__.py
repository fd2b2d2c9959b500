"""torchvision's older networks, built layer by layer with torchvision's names and first weights. Trained weights are not there."""
from ._weights import weights_class as _weights_class
from .alexnet import AlexNet, alexnet  # noqa: F401
from .densenet import DenseNet, densenet121, densenet161, densenet169, densenet201  # noqa: F401
from .mobilenetv2 import MobileNetV2, mobilenet_v2  # noqa: F401
from .resnet import (ResNet, resnet18, resnet34, resnet50, resnet101, resnet152, resnext50_32x4d, resnext101_32x8d, wide_resnet50_2,  # noqa: F401
                     wide_resnet101_2)
from .squeezenet import SqueezeNet, squeezenet1_0, squeezenet1_1  # noqa: F401
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn  # noqa: F401


def get_model(name, **how):
    return globals()[name](**how)


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)
    if name.endswith('_Weights'):
        return _weights_class(name)
    raise AttributeError(f'torchvision.models.{name} is not in Backstep: alexnet, vgg, resnet, squeezenet, densenet and mobilenet_v2 are')
