/* Debian keeps libdrm's kernel headers in a folder that only pkg-config names; xf86drm.h asks for them without it. */
#pragma once
#include <libdrm/drm.h>
