// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/**
 * The two fields to be added to a message that was signed. Where the message has signatures
 * already, add these as further field lines.
 *
 * @param signatureInput value of {@code Signature-Input}
 * @param signature value of {@code Signature}
 */
public record SignedFields(String signatureInput, String signature) {}
