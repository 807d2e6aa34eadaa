// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Ordered, immutable parameters with distinct keys (RFC 9651 section 3.1.2). */
public final class Parameters {
  /** No parameters. */
  public static final Parameters NONE = new Parameters(new String[0], new BareItem[0]);

  private final String[] keys;
  private final BareItem[] values;

  private Parameters(String[] keys, BareItem[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** One boolean parameter that is true, such as {@code ;sf}. */
  public static Parameters flag(String key) {
    return NONE.with(key, BareItem.BooleanValue.TRUE);
  }

  /**
   * These parameters with one more at the end.
   *
   * @throws IllegalArgumentException if the key is not one by the grammar, or is there already
   */
  public Parameters with(String key, BareItem value) {
    if (!Characters.isKey(key)) {
      throw new IllegalArgumentException("not a parameter key: " + key);
    }
    if (get(key) != null) {
      throw new IllegalArgumentException("parameter is there already: " + key);
    }
    String[] moreKeys = Arrays.copyOf(keys, keys.length + 1);
    BareItem[] moreValues = Arrays.copyOf(values, values.length + 1);
    moreKeys[keys.length] = key;
    moreValues[values.length] = Objects.requireNonNull(value);
    return new Parameters(moreKeys, moreValues);
  }

  public int size() {
    return keys.length;
  }

  public boolean isEmpty() {
    return keys.length == 0;
  }

  /** The key at a place, counted from 0. */
  public String key(int index) {
    return keys[index];
  }

  /** The value at a place, counted from 0. */
  public BareItem value(int index) {
    return values[index];
  }

  /** The value of a key, or null where there is none. */
  public BareItem get(String key) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].equals(key)) {
        return values[i];
      }
    }
    return null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Parameters that
        && List.of(keys).equals(List.of(that.keys))
        && List.of(values).equals(List.of(that.values));
  }

  @Override
  public int hashCode() {
    return Objects.hash(List.of(keys), List.of(values));
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    StructuredFieldWriter.append(out, this);
    return out.toString();
  }

  /** Collects what the reader meets; keys come checked. */
  static final class Builder {
    private final ArrayList<String> keys = new ArrayList<>(6);
    private final ArrayList<BareItem> values = new ArrayList<>(6);

    /** False when the key was there; its value is then overwritten, in its first place. */
    boolean put(String key, BareItem value) {
      int at = keys.indexOf(key);
      if (at >= 0) {
        values.set(at, value);
        return false;
      }
      keys.add(key);
      values.add(value);
      return true;
    }

    int size() {
      return keys.size();
    }

    Parameters build() {
      return keys.isEmpty()
          ? NONE
          : new Parameters(keys.toArray(String[]::new), values.toArray(BareItem[]::new));
    }
  }
}
