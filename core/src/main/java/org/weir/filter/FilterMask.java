package org.weir.filter;

import java.util.Arrays;

/// Which events of which protocols a filter wants to see. Immutable.
public final class FilterMask {
    private static final FilterProtocol[] PROTOCOLS = FilterProtocol.values();

    /// Nothing.
    public static final FilterMask NONE = new FilterMask(new int[PROTOCOLS.length]);
    /// Everything.
    public static final FilterMask ALL = NONE.with(FilterHook.values()).with(FilterProtocol.LINK, FilterHook.values());

    private final int[] hooks;

    private FilterMask(int[] hooks) {
        this.hooks = hooks;
    }

    /// These, and `added` of everything that IP carries.
    public FilterMask with(FilterHook... added) {
        FilterMask mask = this;
        for (final FilterProtocol protocol : PROTOCOLS) {
            mask = protocol == FilterProtocol.LINK ? mask : mask.with(protocol, added);
        }
        return mask;
    }

    /// These, and `added` of `protocol`.
    public FilterMask with(FilterProtocol protocol, FilterHook... added) {
        final int[] more = Arrays.copyOf(hooks, hooks.length);
        for (final FilterHook hook : added) {
            more[protocol.ordinal()] |= hook.bit();
        }
        return new FilterMask(more);
    }

    public boolean contains(FilterProtocol protocol, FilterHook hook) {
        return (hooks[protocol.ordinal()] & hook.bit()) != 0;
    }

    /// All hooks of `protocol`, a bit for each.
    int of(FilterProtocol protocol) {
        return hooks[protocol.ordinal()];
    }

    /// All hooks of what IP carries.
    int ofPackets() {
        int all = 0;
        for (final FilterProtocol protocol : PROTOCOLS) {
            all |= protocol == FilterProtocol.LINK ? 0 : of(protocol);
        }
        return all;
    }
}
