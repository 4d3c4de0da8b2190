package org.weir.drivers;

import org.jspecify.annotations.Nullable;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;

/// Where the frames of a device are read to, one at a time: [#read], then [#refusal] or [#take].
sealed interface ReceiveMemory permits ReceivePages, ReceiveBuffers {
    /// Reads a frame from `fd`. Returns the octets read, those of a header in front included; negative if there was
    /// none.
    long read(int fd);

    /// Why a frame of `length` octets that was just read cannot be taken; null if it can.
    @Nullable
    DropReason refusal(int length);

    /// The `length` octets that were just read, as a packet that is given to the caller; null if the pool is dry.
    @Nullable
    Pbuf take(int length);

    /// Gives back what is held. Frames that were taken live on.
    void release();
}
