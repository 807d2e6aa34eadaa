// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

/** A response and the request that it answers. */
public non-sealed interface ResponseView extends MessageView {
  /** The three-digit status code. */
  int status();

  /** The request that was answered: the source of components with {@code ;req}. */
  RequestView request();
}
