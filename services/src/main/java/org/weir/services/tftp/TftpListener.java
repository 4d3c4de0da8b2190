package org.weir.services.tftp;

/// Told how a transfer ends, once. Called in the owner's thread.
public interface TftpListener {
    /// All of it has arrived, or has been acknowledged.
    void completed(TftpTransfer transfer);

    /// It has failed. `message` is what the other end says, or this one.
    void failed(TftpTransfer transfer, TftpError error, String message);

    /// Nobody wants to know.
    TftpListener NONE = new TftpListener() {
        @Override
        public void completed(TftpTransfer transfer) {
            // Nobody wants to know.
        }

        @Override
        public void failed(TftpTransfer transfer, TftpError error, String message) {
            // Nobody wants to know.
        }
    };
}
