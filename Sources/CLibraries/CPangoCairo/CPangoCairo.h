// Pango's text layout, drawn by Cairo.
#pragma once
#include <pango/pangocairo.h>
