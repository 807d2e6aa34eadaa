// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

/**
 * A field value is not a Structured Field of the expected type (RFC 9651 section 4.2). The message
 * says what was expected and at which character. It carries no stack trace: it is thrown for
 * whatever a peer sends, and must stay cheap.
 */
public final class StructuredFieldException extends Exception {
  private static final long serialVersionUID = 1L;

  public StructuredFieldException(String message) {
    super(message, null, false, false);
  }
}
