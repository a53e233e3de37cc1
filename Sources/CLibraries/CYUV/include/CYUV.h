// libyuv: scaling and conversion of pictures with the processor's vector instructions.
#pragma once
#include <libyuv.h>
