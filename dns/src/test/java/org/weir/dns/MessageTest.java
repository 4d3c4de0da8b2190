package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Messages at the edge of the format and beyond it.
class MessageTest {
    private static final int ID = 7;
    private static final Question QUESTION = new Question(DnsName.parse("a.test"), RecordType.A);
    private static final int FIRST_ANSWER = Message.HEADER + 8 + 4;

    private static Reply reply() {
        return new Reply(new ScriptedServer.Asked(ID, QUESTION, false, false, 0));
    }

    @Test
    void anAnswerMayEndNowhere() {
        final byte[] whole = reply().answer("a.test. 60 A 192.0.2.80")
                .authority("test. 1 SOA a. b. 1 2 3 4 5")
                .extended(0)
                .octets();
        assertNotNull(Message.answering(QUESTION, ID, whole, whole.length));
        for (int length = 0; length < whole.length; length++) {
            assertNull(Message.answering(QUESTION, ID, Arrays.copyOf(whole, length), length), "length " + length);
        }
    }

    @Test
    void aNameThatPointsToItselfOrForwardsIsRefused() {
        for (final int to : new int[] {FIRST_ANSWER, FIRST_ANSWER + 2, 0x3FFF}) {
            final byte[] octets = reply().rawAnswer(
                            0xC0 | to >> 8, to & 0xFF, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80)
                    .octets();
            assertNull(Message.answering(QUESTION, ID, octets, octets.length));
        }
    }

    @Test
    void aRecordMustFillItsLength() {
        for (final int length : new int[] {3, 5}) {
            final byte[] octets = reply().rawAnswer(0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, length, 192, 0, 2, 80, 0)
                    .octets();
            assertNull(Message.answering(QUESTION, ID, octets, octets.length));
        }
    }

    @Test
    void recordsOfOtherClassesAndTypesArePassedOver() {
        final byte[] octets = reply().rawAnswer(0xC0, 12, 0, 1, 0, 3, 0, 0, 0, 60, 0, 4, 192, 0, 2, 66)
                .rawAnswer(0xC0, 12, 1, 0, 0, 1, 0, 0, 0, 60, 0, 2, 0xAB, 0xCD)
                .answer("a.test. 60 A 192.0.2.80")
                .octets();
        final Message message = Message.answering(QUESTION, ID, octets, octets.length);
        assertNotNull(message);
        assertEquals(2, message.answers().size());
        assertEquals(
                "a.test. 60 IN TYPE256 \\# 2 abcd", message.answers().getFirst().toString());
    }

    @Test
    void aNameThatGrowsByPointersIsRefused() {
        final Reply reply = reply();
        int previous = Message.HEADER;
        int at = FIRST_ANSWER;
        for (int i = 0; i < 60; i++) {
            reply.rawAnswer(
                    4,
                    'x',
                    'x',
                    'x',
                    'x',
                    0xC0 | previous >> 8,
                    previous & 0xFF,
                    0,
                    1,
                    0,
                    1,
                    0,
                    0,
                    0,
                    60,
                    0,
                    4,
                    1,
                    2,
                    3,
                    4);
            previous = at;
            at += 21;
        }
        final byte[] octets = reply.octets();
        assertNull(Message.answering(QUESTION, ID, octets, octets.length));
    }
}
