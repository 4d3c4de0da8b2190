package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

class SettingsTableTest {
    private static final TcpConfig TWO =
            TcpConfig.defaults().toBuilder().connections(1).listeners(1).build();

    private final SettingsTable table = new SettingsTable(TWO);

    private static TcpSettings settingsWithPacing(int rate) {
        final TcpSettings settings = new TcpSettings().reset(TWO);
        settings.maximumPacingRate = rate;
        return settings;
    }

    private SharedSettings exchange(SharedSettings held, int rate) {
        final SharedSettings shared = table.exchange(held, settingsWithPacing(rate));
        assertNotNull(shared);
        return shared;
    }

    @Test
    void thoseWithTheSameValuesShareOneObject() {
        final SharedSettings first = exchange(table.takeDefaults(), 7);
        final SharedSettings second = exchange(table.takeDefaults(), 7);
        assertSame(first, second);
        assertEquals(7, first.maximumPacingRate);
        assertEquals(0, table.takeDefaults().maximumPacingRate);
    }

    @Test
    void whoReturnsToTheDefaultsSharesThemAgain() {
        final SharedSettings defaults = table.takeDefaults();
        final SharedSettings other = table.exchangeNoDelay(defaults, true);
        assertNotNull(other);
        assertTrue(other.noDelay);
        assertFalse(defaults.noDelay);
        assertSame(defaults, table.exchangeNoDelay(other, false));
    }

    @Test
    void tooManyDifferentOnesAreRefusedAndCounted() {
        final SharedSettings first = exchange(table.takeDefaults(), 1);
        exchange(table.takeDefaults(), 2);
        exchange(table.takeDefaults(), 3);
        assertNull(table.exchange(first, settingsWithPacing(4)));
        assertEquals(1, table.refusals());
        assertEquals(1, first.maximumPacingRate);
        assertEquals(1, first.users);
    }

    @Test
    void whatNobodyHasAnyMoreIsFreeForOtherValues() {
        final SharedSettings first = exchange(table.takeDefaults(), 1);
        final SharedSettings second = exchange(table.takeDefaults(), 2);
        exchange(table.takeDefaults(), 3);
        table.take(first);
        table.give(first);
        assertNull(table.exchange(second, settingsWithPacing(4)));
        table.give(first);
        final SharedSettings fourth = exchange(second, 4);
        assertSame(first, fourth);
        assertNotSame(second, fourth);
        assertSame(second, exchange(fourth, 5));
    }

    /// Where each has settings of its own, each can still change them.
    @Test
    void thereIsRoomToChangeWhenAllDiffer() {
        SharedSettings connection = exchange(table.takeDefaults(), 1);
        exchange(table.takeDefaults(), 2);
        for (int rate = 3; rate < 10; rate++) {
            connection = exchange(connection, rate);
        }
        assertEquals(9, connection.maximumPacingRate);
        assertEquals(0, table.refusals());
    }

    /// A setting that comparison forgets would be lost as soon as it is set.
    @Test
    void everySettingCounts() throws IllegalAccessException {
        for (final Field field : TcpSettings.class.getFields()) {
            final TcpSettings one = new TcpSettings().reset(TWO);
            final TcpSettings other = new TcpSettings().reset(TWO);
            assertTrue(one.hasValuesOf(other));
            assertEquals(one.hashOfValues(), other.hashOfValues());
            change(field, other);
            assertFalse(one.hasValuesOf(other), field.getName());
            assertNotEquals(one.hashOfValues(), other.hashOfValues(), field.getName());
            one.copyFrom(other);
            assertTrue(one.hasValuesOf(other), field.getName());
        }
    }

    private static void change(Field field, TcpSettings settings) throws IllegalAccessException {
        if (field.getType() == boolean.class) {
            field.setBoolean(settings, !field.getBoolean(settings));
        } else if (field.getType() == int.class) {
            field.setInt(settings, field.getInt(settings) + 1);
        } else if (field.getType() == long.class) {
            field.setLong(settings, field.getLong(settings) + 1);
        } else {
            assertEquals(CongestionAlgorithm.class, field.getType());
            settings.congestion = CongestionAlgorithm.NEW_RENO;
        }
    }
}
