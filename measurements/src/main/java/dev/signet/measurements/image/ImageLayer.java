// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.protocol.Digest;

/**
 * A layer, by its three names.
 *
 * @param digest of what is stored
 * @param diffId digest of the uncompressed tar archive
 * @param mediaType how it is stored
 * @param size of what is stored, in bytes
 */
public record ImageLayer(Digest digest, Digest diffId, String mediaType, long size) {}
