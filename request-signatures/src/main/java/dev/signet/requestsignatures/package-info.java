// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP Message Signatures (RFC 9421) and Digest Fields (RFC 9530), without dependencies.
 *
 * <p>{@link dev.signet.requestsignatures.MessageSigner} signs; {@link
 * dev.signet.requestsignatures.MessageSignatures} finds the one signature that carries a tag, and
 * {@link dev.signet.requestsignatures.MessageSignature#verify} checks it. Only that check makes a
 * {@link dev.signet.requestsignatures.VerifiedSignature}.
 */
package dev.signet.requestsignatures;
