// lwIP tuned for one fast host: its raw interface in one thread, windows and buffers of 256 KiB, everything else as
// it comes.
#ifndef WEIR_PEERS_LWIPOPTS_H
#define WEIR_PEERS_LWIPOPTS_H

#define NO_SYS 1
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_STATS 0
#define LWIP_IPV6 0
#define LWIP_DHCP 0
#define LWIP_SINGLE_NETIF 0
#define LWIP_NETIF_LOOPBACK 0
#define LWIP_HAVE_LOOPIF 0

#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_OVERFLOW_CHECK 0

#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 3
#define TCP_WND (256 * 1024)
#define TCP_SND_BUF (256 * 1024)
#define TCP_SND_QUEUELEN 1024
#define TCP_SNDQUEUELOWAT 512
#define TCP_SNDLOWAT (32 * 1024)
#define MEMP_NUM_TCP_SEG 4096
#define MEMP_NUM_TCP_PCB 1024
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 255

#define PBUF_POOL_SIZE 2048
#define PBUF_POOL_BUFSIZE 1600
#define MEMP_NUM_PBUF 4096

#endif
