package org.weir.filter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A filter made of rules: the first that matches counts, and where none does the policy of the hook, which is to
/// accept unless said otherwise. Immutable; asking it allocates nothing. It keeps no state of connections, and judges
/// no frames.
public final class FilterRules implements PacketFilter {
    private static final FilterHook[] HOOKS = FilterHook.values();

    private final FilterRule[] rules;
    private final FilterVerdict[] policies;

    private FilterRules(Builder builder) {
        rules = builder.rules.toArray(FilterRule[]::new);
        policies = builder.policies.clone();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// What these rules are to be asked about: hooks that have one, or a policy other than to accept.
    public FilterMask mask() {
        FilterMask mask = FilterMask.NONE;
        for (final FilterHook hook : HOOKS) {
            final boolean refuses = policies[hook.ordinal()] != FilterVerdict.ACCEPT;
            if (refuses || Arrays.stream(rules).anyMatch(rule -> rule.hook() == hook)) {
                mask = mask.with(hook);
            }
        }
        return mask;
    }

    @Override
    public FilterVerdict filter(FilterEvent event) {
        if (event.protocol() == FilterProtocol.LINK) {
            return FilterVerdict.ACCEPT;
        }
        for (final FilterRule rule : rules) {
            if (rule.matches(event)) {
                return rule.verdict();
            }
        }
        return policies[event.hook().ordinal()];
    }

    /// A line for each rule, and then for each policy other than to accept.
    @Override
    public String toString() {
        final StringBuilder lines = new StringBuilder();
        for (final FilterRule rule : rules) {
            lines.append(rule).append('\n');
        }
        for (final FilterHook hook : HOOKS) {
            if (policies[hook.ordinal()] != FilterVerdict.ACCEPT) {
                lines.append("policy ").append(FilterRule.lower(hook)).append(' ');
                lines.append(FilterRule.lower(policies[hook.ordinal()])).append('\n');
            }
        }
        return lines.toString();
    }

    /// Collects rules.
    public static final class Builder {
        private final List<FilterRule> rules = new ArrayList<>();
        private final FilterVerdict[] policies = new FilterVerdict[HOOKS.length];

        private Builder() {
            Arrays.fill(policies, FilterVerdict.ACCEPT);
        }

        /// Behind those that were added before.
        public Builder add(FilterRule rule) {
            rules.add(rule);
            return this;
        }

        /// What becomes of that which no rule of `hook` matches.
        ///
        /// @throws IllegalArgumentException if nobody is asked there
        public Builder policy(FilterHook hook, FilterVerdict verdict) {
            policies[hook.ordinal()] = new FilterRule(hook, verdict).verdict();
            return this;
        }

        public FilterRules build() {
            return new FilterRules(this);
        }
    }
}
