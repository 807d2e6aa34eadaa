// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.storage;

import java.sql.SQLException;

/**
 * A transaction as a closure. What it throws rolls it back, alone. It must not wait for anything
 * but the database: all writers share one thread.
 *
 * @param <T> its result; use a value for a refusal, which commits what was written before
 */
@FunctionalInterface
public interface Work<T> {
  T in(Transaction tx) throws SQLException;
}
