// A real SMSC made of the npm package smpp: it says each thing that happens as one line of JSON.
const readline = require('readline');
const smpp = require(process.argv[2]);

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
let last = null;
let count = 0;

const server = smpp.createServer({}, (session) => {
  session.on('error', (error) => say({ error: String(error) }));
  session.on('bind_transceiver', (pdu) => {
    const known = pdu.system_id === 'shop' && pdu.password === 'secret';
    session.send(pdu.response({ command_status: known ? 0 : smpp.ESME_RINVPASWD }));
    last = known ? session : last;
    say({ bind: pdu.system_id, version: pdu.interface_version, known });
  });
  session.on('enquire_link', (pdu) => {
    session.send(pdu.response());
    say({ enquire: true });
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
    say({ unbind: true });
  });
  session.on('submit_sm', (pdu) => {
    const id = (0xa0000 + ++count).toString(16);
    const body = pdu.short_message;
    say({
      to: pdu.destination_addr, from: pdu.source_addr, ton: pdu.source_addr_ton,
      coding: pdu.data_coding, esm: pdu.esm_class, valid: pdu.validity_period,
      udh: (body.udh || []).map((part) => part.toString('hex')),
      text: body.message || '',
      payload: pdu.message_payload ? pdu.message_payload.message : '',
      sar: [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum],
    });
    if (pdu.destination_addr.endsWith('13')) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
      return;
    }
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery & 1) {
      const text = `id:${parseInt(id, 16)} sub:001 dlvrd:001 submit date:2611211200 `
        + 'done date:2611211200 stat:DELIVRD err:000 text:';
      session.deliver_sm({
        source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
        short_message: text,
      }, (answer) => say({ answered: answer.command_status }));
    }
  });
});

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const told = JSON.parse(line);
  if (told.end) last.destroy();
  else last.deliver_sm(told, (answer) => say({ answered: answer.command_status }));
});

server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
