/* See drm.h beside this. */
#pragma once
#include <libdrm/drm_mode.h>
