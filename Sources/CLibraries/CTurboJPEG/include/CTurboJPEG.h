// The TurboJPEG API of libjpeg-turbo.
#pragma once
#include <turbojpeg.h>
