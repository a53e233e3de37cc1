// Pango's text layout, drawn by Cairo.
#pragma once
#include <pango/pangocairo.h>

/// A context with a font map of its own, so that two users on two threads share nothing.
static inline PangoContext *cpango_context_new(void) {
    PangoFontMap *fonts = pango_cairo_font_map_new();
    if (!fonts) return NULL;
    PangoContext *context = pango_font_map_create_context(fonts);
    g_object_unref(fonts);  // the context keeps it
    return context;
}
