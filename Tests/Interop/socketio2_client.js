// A Socket.IO 2 client (Engine.IO protocol 3) over one WebSocket, for the page at the older server.
function io(origin) {
  const handlers = {};
  const socket = new WebSocket(origin.replace(/^http/, 'ws') + '/socket.io/?EIO=3&transport=websocket');
  socket.onmessage = ({data}) => {
    if (data[0] === '0') setInterval(() => socket.send('2'), JSON.parse(data.slice(1)).pingInterval);  // the client pings
    if (data.startsWith('42')) {
      const [name, ...values] = JSON.parse(data.slice(2));
      (handlers[name] || []).forEach(handler => handler(...values));
    }
  };
  return {
    on(name, handler) { (handlers[name] ||= []).push(handler); },
    emit(name, value) { socket.send('42' + JSON.stringify([name, value])); },
  };
}
