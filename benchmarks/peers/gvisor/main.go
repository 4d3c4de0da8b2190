// gVisor's netstack as a contestant: on a plain TAP, with echo, discard and chargen, a goroutine for each connection.
//
//	gvisor TAP
package main

import (
	"fmt"
	"io"
	"net"
	"os"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

const (
	nic      = 1
	mtu      = 1500
	chunk    = 256 * 1024
	messages = 4 * 1024
	windows  = 256 * 1024
	most     = 8 * 1024 * 1024
	hardware = tcpip.LinkAddress("\x02\x00\x00\x00\x00\x02")
	address  = tcpip.Address("\x0a\x0a\x0a\x02")
)

func fail(what string, why any) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, why)
	os.Exit(1)
}

func open(name string) stack.LinkEndpoint {
	fd, err := tun.OpenTAP(name)
	if err != nil {
		fail("cannot make the TAP", err)
	}
	link, err := fdbased.New(&fdbased.Options{
		FDs:            []int{fd},
		MTU:            mtu,
		EthernetHeader: true,
		Address:        hardware,
	})
	if err != nil {
		fail("cannot make the link", err)
	}
	return link
}

func tune(s *stack.Stack) {
	sack := tcpip.TCPSACKEnabled(true)
	tuned := tcpip.TCPModerateReceiveBufferOption(true)
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: 4096, Default: windows, Max: most}
	send := tcpip.TCPSendBufferSizeRangeOption{Min: 4096, Default: windows, Max: most}
	for _, option := range []tcpip.SettableTransportProtocolOption{&sack, &tuned, &receive, &send} {
		if err := s.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			fail("cannot tune TCP", err)
		}
	}
}

func host(name string) *stack.Stack {
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
		HandleLocal:        false,
	})
	tune(s)
	if err := s.CreateNIC(nic, open(name)); err != nil {
		fail("cannot make the interface", err)
	}
	own := tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: tcpip.AddressWithPrefix{Address: address, PrefixLen: 24},
	}
	if err := s.AddProtocolAddress(nic, own, stack.AddressProperties{}); err != nil {
		fail("cannot add the address", err)
	}
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	return s
}

// ---- services ----

func echo(c net.Conn) {
	buffer := make([]byte, messages)
	for {
		n, err := c.Read(buffer)
		if err != nil {
			return
		}
		if _, err = c.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func discard(c net.Conn) {
	io.CopyBuffer(struct{ io.Writer }{io.Discard}, c, make([]byte, chunk))
}

func chargen(c net.Conn) {
	buffer := make([]byte, chunk)
	for i := range buffer {
		buffer[i] = byte(' ' + i%95)
	}
	for {
		if _, err := c.Write(buffer); err != nil {
			return
		}
	}
}

func serve(s *stack.Stack, port uint16, service func(net.Conn)) {
	listener, err := gonet.ListenTCP(s, tcpip.FullAddress{NIC: nic, Addr: address, Port: port}, ipv4.ProtocolNumber)
	if err != nil {
		fail("cannot listen", err)
	}
	for {
		c, err := listener.Accept()
		if err != nil {
			fail("cannot accept", err)
		}
		go func() {
			defer c.Close()
			service(c)
		}()
	}
}

func main() {
	if len(os.Args) != 2 {
		fail("usage", "gvisor TAP")
	}
	s := host(os.Args[1])
	go serve(s, 7, echo)
	go serve(s, 9, discard)
	go serve(s, 19, chargen)
	fmt.Println("ready")
	select {}
}
