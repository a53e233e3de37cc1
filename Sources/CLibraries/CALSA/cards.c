#include "CALSA.h"

#include <alsa/asoundlib.h>
#include <stdio.h>
#include <string.h>

static void copy(char *to, size_t room, const char *from) { snprintf(to, room, "%s", from ? from : ""); }

// Adds the devices of one card from `count` on; returns the new count.
static unsigned add_card(int card, struct calsa_device *list, unsigned count, unsigned room) {
    char name[32];
    snprintf(name, sizeof name, "hw:%d", card);
    snd_ctl_t *control = NULL;
    if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0) return count;
    snd_ctl_card_info_t *information;
    snd_ctl_card_info_alloca(&information);
    snd_pcm_info_t *pcm;
    snd_pcm_info_alloca(&pcm);
    if (snd_ctl_card_info(control, information) == 0) {
        int device = -1;
        while (count < room && snd_ctl_pcm_next_device(control, &device) == 0 && device >= 0) {
            struct calsa_device *entry = &list[count];
            memset(entry, 0, sizeof *entry);
            entry->device = device;
            copy(entry->card_id, sizeof entry->card_id, snd_ctl_card_info_get_id(information));
            copy(entry->card_name, sizeof entry->card_name, snd_ctl_card_info_get_name(information));
            for (int capture = 0; capture < 2; capture++) {
                snd_pcm_info_set_device(pcm, (unsigned)device);
                snd_pcm_info_set_subdevice(pcm, 0);
                snd_pcm_info_set_stream(pcm, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK);
                if (snd_ctl_pcm_info(control, pcm) < 0) continue;
                *(capture ? &entry->captures : &entry->plays) = 1;
                copy(entry->name, sizeof entry->name, snd_pcm_info_get_name(pcm));
            }
            if (entry->captures || entry->plays) count++;
        }
    }
    snd_ctl_close(control);
    return count;
}

int calsa_devices(struct calsa_device *list, unsigned room) {
    calsa_be_quiet();
    unsigned count = 0;
    int card = -1;
    while (count < room && snd_card_next(&card) == 0 && card >= 0) count = add_card(card, list, count, room);
    return (int)count;
}

int calsa_range(const char *name, int capture, uint32_t channels[2], uint32_t rates[2]) {
    calsa_be_quiet();
    snd_pcm_t *pcm = NULL;
    int error = snd_pcm_open(&pcm, name, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
    if (error < 0) return error;
    snd_pcm_hw_params_t *params;
    snd_pcm_hw_params_alloca(&params);
    if ((error = snd_pcm_hw_params_any(pcm, params)) >= 0) {
        snd_pcm_hw_params_get_channels_min(params, &channels[0]);
        snd_pcm_hw_params_get_channels_max(params, &channels[1]);
        snd_pcm_hw_params_get_rate_min(params, &rates[0], NULL);
        snd_pcm_hw_params_get_rate_max(params, &rates[1], NULL);
        error = 0;
    }
    snd_pcm_close(pcm);
    return error;
}

static snd_mixer_elem_t *named(snd_mixer_t *mixer, int capture, const char *name) {
    for (snd_mixer_elem_t *e = snd_mixer_first_elem(mixer); e; e = snd_mixer_elem_next(e)) {
        if (name && strcmp(snd_mixer_selem_get_name(e), name) != 0) continue;
        int volume = capture ? snd_mixer_selem_has_capture_volume(e) : snd_mixer_selem_has_playback_volume(e);
        int mute = capture ? snd_mixer_selem_has_capture_switch(e) : snd_mixer_selem_has_playback_switch(e);
        if (volume || mute) return e;
    }
    return NULL;
}

static snd_mixer_elem_t *find(snd_mixer_t *mixer, int capture, const char *name) {
    static const char *const inputs[] = {"Capture", "Mic", "Headset", "Internal Mic", NULL};
    static const char *const outputs[] = {"Master", "Speaker", "PCM", "Headphone", "HDMI", NULL};
    if (name) return named(mixer, capture, name);
    for (const char *const *usual = capture ? inputs : outputs; *usual; usual++) {
        snd_mixer_elem_t *element = named(mixer, capture, *usual);
        if (element) return element;
    }
    return named(mixer, capture, NULL);
}

static int open_mixer(const char *card_id, snd_mixer_t **mixer) {
    char card[64];
    calsa_be_quiet();
    snprintf(card, sizeof card, "hw:CARD=%s", card_id);
    int error = snd_mixer_open(mixer, 0);
    if (error < 0) return error;
    if ((error = snd_mixer_attach(*mixer, card)) < 0 || (error = snd_mixer_selem_register(*mixer, NULL, NULL)) < 0 ||
        (error = snd_mixer_load(*mixer)) < 0) {
        snd_mixer_close(*mixer);
        return error;
    }
    return 0;
}

int calsa_set_level(const char *card_id, int capture, const char *element, int percent, int muted) {
    snd_mixer_t *mixer = NULL;
    int error = open_mixer(card_id, &mixer);
    if (error < 0) return error;
    snd_mixer_elem_t *e = find(mixer, capture, element);
    error = e ? 0 : -ENOENT;
    long low = 0, high = 0;
    if (e && percent >= 0 && percent <= 100) {
        int has = capture ? snd_mixer_selem_has_capture_volume(e) : snd_mixer_selem_has_playback_volume(e);
        if (has && capture) {
            error = snd_mixer_selem_get_capture_volume_range(e, &low, &high);
            if (!error) error = snd_mixer_selem_set_capture_volume_all(e, low + (high - low) * percent / 100);
        } else if (has) {
            error = snd_mixer_selem_get_playback_volume_range(e, &low, &high);
            if (!error) error = snd_mixer_selem_set_playback_volume_all(e, low + (high - low) * percent / 100);
        } else {
            error = -ENOENT;
        }
    }
    if (e && !error && muted >= 0) {
        int has = capture ? snd_mixer_selem_has_capture_switch(e) : snd_mixer_selem_has_playback_switch(e);
        if (has && capture) error = snd_mixer_selem_set_capture_switch_all(e, !muted);
        else if (has) error = snd_mixer_selem_set_playback_switch_all(e, !muted);
        else if (muted) error = -ENOENT;
    }
    snd_mixer_close(mixer);
    return error;
}

int calsa_level(const char *card_id, int capture, const char *element, int *percent, int *muted, char found[64]) {
    *percent = *muted = -1;
    snd_mixer_t *mixer = NULL;
    int error = open_mixer(card_id, &mixer);
    if (error < 0) return error;
    snd_mixer_elem_t *e = find(mixer, capture, element);
    if (e) {
        long low = 0, high = 0, value = 0;
        int on = 1;
        copy(found, 64, snd_mixer_selem_get_name(e));
        if (capture ? snd_mixer_selem_has_capture_volume(e) : snd_mixer_selem_has_playback_volume(e)) {
            error = capture ? snd_mixer_selem_get_capture_volume_range(e, &low, &high)
                            : snd_mixer_selem_get_playback_volume_range(e, &low, &high);
            if (!error)
                error = capture ? snd_mixer_selem_get_capture_volume(e, SND_MIXER_SCHN_FRONT_LEFT, &value)
                                : snd_mixer_selem_get_playback_volume(e, SND_MIXER_SCHN_FRONT_LEFT, &value);
            if (!error && high > low) *percent = (int)((value - low) * 100 / (high - low));
        }
        if (capture ? snd_mixer_selem_has_capture_switch(e) : snd_mixer_selem_has_playback_switch(e)) {
            int failed = capture ? snd_mixer_selem_get_capture_switch(e, SND_MIXER_SCHN_FRONT_LEFT, &on)
                                 : snd_mixer_selem_get_playback_switch(e, SND_MIXER_SCHN_FRONT_LEFT, &on);
            if (!failed) *muted = !on;
        }
    }
    snd_mixer_close(mixer);
    return e ? error : -ENOENT;
}
