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
