// Every word the console says. A language is one more column; functions take what the sentence is about.
const table = {
  yourName: ['Your name', '您的姓名'],
  nameHint: ['1 to 10 letters: patients see it when you call.', '1 至 10 个字母或汉字：呼叫时患者会看到。'],
  kiosks: ['Kiosks', '终端'],
  search: ['Search by name or room', '按名称或房间搜索'],
  noKiosks: ['No kiosk has joined yet. One appears here as soon as it is switched on.', '还没有终端加入。终端开机后会显示在这里。'],
  noMatch: ['No kiosk matches.', '没有匹配的终端。'],
  room: [n => `Room ${n}`, n => `${n} 室`],
  ready: ['Ready', '就绪'],
  ringing: ['Ringing', '振铃中'],
  calling: ['Is calling for a clinician', '正在呼叫医生'],
  connecting: ['Connecting', '正在连接'],
  inCall: [w => (w ? `In a call with ${w}` : 'In a call'), w => (w ? `正与 ${w} 通话` : '通话中')],
  reconnecting: ['Reconnecting', '正在重新连接'],
  fault: [d => (d ? `Needs attention: ${d}` : 'Needs attention'), d => (d ? `需要处理：${d}` : '需要处理')],
  offline: [t => `Offline since ${t}`, t => `${t} 起离线`],
  lastCall: [t => `Last call ${t}`, t => `上次通话 ${t}`],
  call: ['Call', '呼叫'],
  callKiosk: [k => `Call ${k}`, k => `呼叫 ${k}`],
  answer: ['Answer', '接听'],
  decline: ['Decline', '拒绝'],
  close: ['Close', '关闭'],
  incomingTitle: [k => `${k} is calling`, k => `${k} 正在呼叫`],
  waitingFor: [s => `Waiting for ${s}`, s => `已等待 ${s}`],
  yourDevices: ['Your camera and sound', '您的摄像头和声音'],
  tryDevices: ['Try camera and microphone', '测试摄像头和麦克风'],
  devices: ['Devices', '设备'],
  cameraDevice: ['Camera', '摄像头'],
  microphoneDevice: ['Microphone', '麦克风'],
  speakerDevice: ['Speaker', '扬声器'],
  unnamed: [n => `Device ${n}`, n => `设备 ${n}`],
  noDevice: ['None found', '未找到'],
  level: ['Microphone level', '麦克风音量'],
  mute: ['Mute', '静音'],
  unmute: ['Unmute', '取消静音'],
  cameraOff: ['Camera off', '关闭摄像头'],
  cameraOn: ['Camera on', '打开摄像头'],
  share: ['Share screen', '共享屏幕'],
  unshare: ['Stop sharing', '停止共享'],
  hangUp: ['Hang up', '挂断'],
  dialling: [k => `Calling ${k}`, k => `正在呼叫 ${k}`],
  diallingText: ['The kiosk chimes, then answers by itself or when the patient presses the button.', '终端响铃后自动接听，或由患者按键接听。'],
  connectingText: ['Setting up picture and sound …', '正在建立图像和声音……'],
  reconnectingText: ['The connection is weak. The call comes back by itself; please wait.', '连接不稳定，通话会自动恢复，请稍候。'],
  resuming: ['Taking the call up again', '正在恢复通话'],
  linkUp: ['Connected', '已连接'],
  linkDown: ['No connection to the switchboard, trying again …', '与总机的连接中断，正在重试……'],
  newCamera: [d => `Now using ${d}`, d => `现在使用 ${d}`],
  deviceGone: [d => `${d} was unplugged`, d => `${d} 已拔出`],
  // Errors: what happened, whose side it is on, and what to do.
  denied: ['Your browser blocks the camera and microphone', '浏览器阻止了摄像头和麦克风'],
  deniedText: ['Allow them with the camera mark beside the address, then call again.', '请点击地址栏旁的摄像头图标允许使用，然后重新呼叫。'],
  noDevices: ['This computer has no camera or microphone that works', '这台电脑没有可用的摄像头或麦克风'],
  noDevicesText: ['Plug one in, or close the program that is using it, then call again.', '请接入设备，或关闭正在占用它的程序，然后重新呼叫。'],
  insecure: ['The browser gives no camera to this address', '浏览器不允许此地址使用摄像头'],
  insecureText: ['Open the console by https:// or on localhost.', '请通过 https:// 或 localhost 打开控制台。'],
  nameNeeded: ['Please enter your name first', '请先输入您的姓名'],
  kioskGone: [k => `${k} is offline`, k => `${k} 已离线`],
  kioskGoneText: ['It has lost its network or its power. The call goes through as soon as it is back.', '它断网或断电了。恢复后即可呼叫。'],
  busy: [k => `${k} is in another call`, k => `${k} 正在通话`],
  busyText: ['Try again when its call has ended; the list shows when.', '请在其通话结束后重试，列表会显示。'],
  refused: [k => `The patient at ${k} does not want to answer now`, k => `${k} 的患者暂不接听`],
  refusedText: ['You may call again later.', '您可以稍后再呼叫。'],
  policy: [k => `${k} does not take calls from you`, k => `${k} 不接受您的呼叫`],
  policyText: ["The kiosk's configuration names who may call it. Ask the clinic's IT.", '终端配置规定了谁可以呼叫。请联系诊所 IT。'],
  unanswered: [k => `Nobody answered at ${k}`, k => `${k} 无人接听`],
  unansweredText: ['The kiosk rang for a minute.', '终端响铃已达一分钟。'],
  roomFull: [k => `The room of ${k} is full`, k => `${k} 的房间已满`],
  roomFullText: ['Somebody else is in a call with it.', '有人正在与其通话。'],
  mediaFailed: ['The call could not be connected', '通话无法接通'],
  mediaFailedText: ['The network between you and the kiosk blocks the call, or there is no common codec. Ask IT for UDP between both.', '您与终端之间的网络阻止了通话，或没有共同的编解码器。请联系 IT 开放 UDP。'],
  lost: ['The call was lost', '通话已中断'],
  lostText: ['The connection did not come back within a minute. Call again.', '连接一分钟内未恢复。请重新呼叫。'],
  ended: ['The call has ended', '通话已结束'],
  takenElsewhere: ['The patient is no longer calling', '患者已停止呼叫'],
  quality: ['Connection quality', '连接质量'],
  resolution: ['Picture', '图像'], frames: ['Frames a second', '每秒帧数'], loss: ['Packets lost', '丢包'],
  roundTrip: ['Round trip', '往返时间'], received: ['Received', '接收'], sent: ['Sent', '发送'],
  plot: ['Received kilobits a second over the last minute', '最近一分钟每秒接收的千比特数'],
  language: ['中文', 'English'], languageLabel: ['切换到中文', 'Switch to English'],
  selfView: ['Your own picture', '您的画面'], remoteView: ["The kiosk's picture", '终端画面'],
  controls: ['Call controls', '通话控制'],
};

// What is wrong with a kiosk's network, by the kiosk's code for it; f is what the sentence is about.
const findings = {
  callServer: [f => `The call server cannot be reached: ${fault(f)}`, f => `无法连接呼叫服务器：${fault(f)}`],
  clock: [
    f => `This kiosk's clock is ${clock(f.value)} ${f.value > 0 ? 'ahead' : 'behind'}: let it reach a time server (NTP, UDP port 123).`,
    f => `此终端的时钟${f.value > 0 ? '快' : '慢'}了 ${clock(f.value)}：请让它能访问时间服务器（NTP，UDP 123 端口）。`],
  noServer: [() => 'No STUN or TURN server is known: calls work inside this network only.', () => '没有配置 STUN 或 TURN 服务器：只能在此网络内通话。'],
  noRelay: [() => 'No relay is known: calls fail where both networks are strict.', () => '没有配置中继服务器：双方网络都很严格时无法通话。'],
  relaysRefuse: [() => 'No relay lets this kiosk in: calls fail where both networks are strict.', () => '没有中继服务器接受此终端：双方网络都很严格时无法通话。'],
  relaysUnreached: [() => 'No relay can be reached: calls fail where both networks are strict.', () => '无法连接任何中继服务器：双方网络都很严格时无法通话。'],
  onlyByTLS: [() => 'This network blocks UDP: calls use the TLS relay.', () => '此网络阻止 UDP：通话经由 TLS 中继。'],
  onlyByTCP: [() => 'This network blocks UDP: calls use the TCP relay.', () => '此网络阻止 UDP：通话经由 TCP 中继。'],
  onlyRefusals: [() => 'This network blocks UDP, and no relay that is reached lets this kiosk in.', () => '此网络阻止 UDP，且能连接的中继服务器都不接受此终端。'],
  nothingGetsOut: [
    f => `This network blocks UDP, and no relay is reached by TCP or TLS: let UDP${f.host ? ` to ${f.host} port ${f.port}` : ''} through, or TCP port 443.`,
    f => `此网络阻止 UDP，也无法通过 TCP 或 TLS 连接中继服务器：请放行${f.host ? `到 ${f.host} 端口 ${f.port} 的` : ''} UDP，或 TCP 443 端口。`],
  relayNameUnknown: [() => "The relay's name is not resolved: check the DNS server that this network gives out.", () => '无法解析中继服务器的名称：请检查此网络提供的 DNS 服务器。'],
  server: [f => `${f.url}: ${fault(f)}`, f => `${f.url}：${fault(f)}`],
  relayRefuses: [f => `The relay ${f.host} ${refusal(f.value)}`, f => `中继服务器 ${f.host} ${refusal(f.value)}`],
  relaySilent: [
    f => `The relay ${f.host} answers, but not to who asks with credentials; a firewall or proxy may stand between.`,
    f => `中继服务器 ${f.host} 有应答，但不回应带凭据的请求；中间可能有防火墙或代理。`],
};

// Why a server was not reached, and what to do.
const faults = {
  noAddress: [f => `the name ${f.host} is not resolved; check the DNS server that this network gives out.`, f => `无法解析名称 ${f.host}；请检查此网络提供的 DNS 服务器。`],
  timedOut: [f => `${f.host} port ${f.port} does not answer; let ${f.transport} port ${f.port} through the firewall.`, f => `${f.host} 端口 ${f.port} 无应答；请在防火墙放行 ${f.transport} ${f.port} 端口。`],
  refused: [f => `${f.host} refuses port ${f.port}; the server is not running, or a firewall rejects the port.`, f => `${f.host} 拒绝端口 ${f.port}；服务器未运行，或防火墙拒绝该端口。`],
  unreachable: [f => `there is no way to ${f.host}; check the gateway and the firewall.`, f => `没有到 ${f.host} 的路由；请检查网关和防火墙。`],
  reset: [f => `the connection to ${f.host} port ${f.port} is broken off; a firewall or proxy stands between.`, f => `到 ${f.host} 端口 ${f.port} 的连接被中断；中间有防火墙或代理。`],
  otherName: [f => `what answers as ${f.host} has a certificate for another name; a proxy or a wrong address.`, f => `以 ${f.host} 应答的服务器证书属于其他名称；可能是代理或地址错误。`],
  notTrusted: [f => `the certificate of ${f.host} is not trusted; if a proxy opens TLS here, exempt ${f.host}, else give its authority.`, f => `${f.host} 的证书不受信任；如有代理解密 TLS，请将 ${f.host} 排除，否则请配置其签发机构。`],
  expired: [f => `the certificate of ${f.host} has expired, or the kiosk's clock is ahead.`, f => `${f.host} 的证书已过期，或终端时钟偏快。`],
  clockBehind: [f => `the certificate of ${f.host} is not valid yet: the kiosk's clock is behind.`, f => `${f.host} 的证书尚未生效：终端时钟偏慢。`],
  otherProtocol: [f => `what answers at ${f.host} port ${f.port} is something else; a proxy or a wrong port.`, f => `${f.host} 端口 ${f.port} 上应答的是其他服务；可能是代理或端口错误。`],
};

// What a relay's refusal means, by its error code (RFC 8656).
const refusals = {
  401: ["does not know this kiosk's user name and password, or they have expired; compare them (or the switchboard's secret) with the relay's, and the clocks of both.", '不认识此终端的用户名和密码，或凭据已过期；请核对两边的凭据（或总机的密钥）和时钟。'],
  403: ['forbids this kiosk to use it; look into its rules.', '禁止此终端使用；请检查其规则。'],
  438: ['calls everything this kiosk says out of date; look into its clock.', '认为此终端的请求都已过时；请检查其时钟。'],
  486: ['gives this user no more: the quota is used up; raise user-quota, or total-quota, there.', '配额已用完；请在服务器上提高 user-quota 或 total-quota。'],
  508: ['is full; it needs more ports, or another relay beside it.', '已满；需要更多端口，或再加一台中继服务器。'],
};

const fault = f => faults[f.fault][index](f);
const refusal = code => refusals[code]?.[index]
  ?? [`refuses this kiosk with error ${code}; its log says why.`, `以错误 ${code} 拒绝此终端；原因见其日志。`][index];
function clock(ahead) {
  const seconds = Math.abs(ahead);
  const [count, unit] = seconds >= 7200 ? [seconds / 3600, ['hours', '小时']] : [seconds / 60, ['minutes', '分钟']];
  return `${Math.floor(count)} ${unit[index]}`;
}

/** The sentence for what a kiosk found; its own `words` where it found what this console does not know, or sent no code. */
export function networkFinding(finding, words) {
  const known = finding && Object.hasOwn(findings, finding.code) && (!finding.fault || Object.hasOwn(faults, finding.fault));
  const lacksFault = known && ['callServer', 'server'].includes(finding.code) && !finding.fault;
  return known && !lacksFault ? findings[finding.code][index](finding) : words ?? '';
}

const languages = ['en', 'zh'];
let index = Math.max(0, languages.indexOf(localStorage.language ?? (navigator.language.startsWith('zh') ? 'zh' : 'en')));

/** The sentence `key` in the chosen language. */
export function text(key, argument) {
  const value = table[key][index];
  return typeof value === 'function' ? value(argument) : value;
}

export const language = () => languages[index];

export function switchLanguage() {
  index = 1 - index;
  localStorage.language = languages[index];
}

/** Fills every element that names a string, and tells the browser which language this is. */
export function translate() {
  document.documentElement.lang = language();
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
}

export function time(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString(language(), {hour: '2-digit', minute: '2-digit'});
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
