<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>errors</name>
    <message>
        <source>{what}</source>
        <translation>{what}</translation>
    </message>
    <message>
        <source>See the log file for details.</source>
        <translation>详情请查看日志文件。</translation>
    </message>
    <message>
        <source>The camera {source} cannot be used: {reason}</source>
        <translation>摄像头 {source} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>Check the cable and the camera setting.</source>
        <translation>请检查连接线和摄像头设置。</translation>
    </message>
    <message>
        <source>No camera found at {source}.</source>
        <translation>在 {source} 未找到摄像头。</translation>
    </message>
    <message>
        <source>Plug the camera in, or choose another source.</source>
        <translation>请插上摄像头，或选择其他来源。</translation>
    </message>
    <message>
        <source>{source} is neither a camera nor an existing file or folder.</source>
        <translation>{source} 不是摄像头，也不是存在的文件或文件夹。</translation>
    </message>
    <message>
        <source>Correct the name of the source and start again.</source>
        <translation>请更正来源名称后重新启动。</translation>
    </message>
    <message>
        <source>The camera {source} is in use by another program.</source>
        <translation>摄像头 {source} 正被其他程序占用。</translation>
    </message>
    <message>
        <source>Close the other program (video call, browser) and try again.</source>
        <translation>请关闭占用它的程序（视频通话、浏览器）后重试。</translation>
    </message>
    <message>
        <source>The camera {source} stopped sending pictures.</source>
        <translation>摄像头 {source} 不再发送画面。</translation>
    </message>
    <message>
        <source>Check the cable; the kiosk reconnects by itself.</source>
        <translation>请检查连接线；终端会自动重新连接。</translation>
    </message>
    <message>
        <source>The webhook cannot be used: {detail}</source>
        <translation>无法使用 Webhook：{detail}</translation>
    </message>
    <message>
        <source>'attendance webhook set' takes an https address; 'attendance webhook status' shows what waits.</source>
        <translation>“attendance webhook set” 需要 https 地址；“attendance webhook status” 显示等待发送的消息。</translation>
    </message>
    <message>
        <source>The door relay did not switch: {reason}</source>
        <translation>门禁继电器未动作：{reason}</translation>
    </message>
    <message>
        <source>The check-in is saved. Check the relay's cable and the section [relay] of the settings file.</source>
        <translation>打卡已保存。请检查继电器的连线和设置文件中的 [relay] 部分。</translation>
    </message>
    <message>
        <source>The e-mail was not sent: {detail}</source>
        <translation>邮件未发送：{detail}</translation>
    </message>
    <message>
        <source>Check the section [mail] of the settings file, then run 'attendance mail test'.</source>
        <translation>请检查设置文件中的 [mail] 部分，然后运行 “attendance mail test”。</translation>
    </message>
    <message>
        <source>The scheduled report: {detail}</source>
        <translation>定时报表：{detail}</translation>
    </message>
    <message>
        <source>'attendance schedule list' shows all scheduled reports.</source>
        <translation>“attendance schedule list” 显示所有定时报表。</translation>
    </message>
    <message>
        <source>{path} cannot be imported: {detail}</source>
        <translation>{path} 无法导入：{detail}</translation>
    </message>
    <message>
        <source>docs/integrations.md shows what the file must look like.</source>
        <translation>docs/integrations.md 说明了文件应有的格式。</translation>
    </message>
    <message>
        <source>This correction cannot be made: {reason}</source>
        <translation>无法进行此更正：{reason}</translation>
    </message>
    <message>
        <source>Nothing was changed. Correct this and try again.</source>
        <translation>未做任何更改。请更正后重试。</translation>
    </message>
    <message>
        <source>The rules for hours, {key}: {reason}</source>
        <translation>工时规则，{key}：{reason}</translation>
    </message>
    <message>
        <source>Correct this entry; docs/hours.md shows what each may hold.</source>
        <translation>请更正此项；docs/hours.md 说明了每一项可以填写的内容。</translation>
    </message>
    <message>
        <source>The model pack {pack} cannot be used: {reason}</source>
        <translation>模型包 {pack} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>The model pack {pack} is not installed: {reason}</source>
        <translation>模型包 {pack} 未安装：{reason}</translation>
    </message>
    <message>
        <source>{path} is damaged: its checksum is not the one in the manifest of pack {pack}.</source>
        <translation>{path} 已损坏：校验和与模型包 {pack} 清单中的不一致。</translation>
    </message>
    <message>
        <source>Install or import the pack again; the damaged file was not loaded.</source>
        <translation>请重新安装或导入该模型包；损坏的文件未被加载。</translation>
    </message>
    <message>
        <source>{path} of pack {pack} is not a usable model: {reason}</source>
        <translation>模型包 {pack} 中的 {path} 不是可用的模型：{reason}</translation>
    </message>
    <message>
        <source>The pack must hold an InsightFace-layout detector and a 112x112 recognizer.</source>
        <translation>模型包须包含 InsightFace 格式的检测模型和 112x112 的识别模型。</translation>
    </message>
    <message>
        <source>Downloading {pack} failed: {reason}</source>
        <translation>下载 {pack} 失败：{reason}</translation>
    </message>
    <message>
        <source>The recognizer was not switched: {reason}.</source>
        <translation>识别模型未切换：{reason}。</translation>
    </message>
    <message>
        <source>{path} is not a usable checkpoint: {reason}</source>
        <translation>{path} 不是可用的检查点：{reason}</translation>
    </message>
    <message>
        <source>Give this network's .npz file ('attendance-train import-weights' makes it from a published one), or, where the state of a run is asked for, a whole state.safetensors.</source>
        <translation>请提供该网络的 .npz 文件（“attendance-train import-weights”可由公开的检查点生成它）；需要训练状态时，请提供完整的 state.safetensors。</translation>
    </message>
    <message>
        <source>Exporting to {path} failed: {reason}</source>
        <translation>导出到 {path} 失败：{reason}</translation>
    </message>
    <message>
        <source>The file that was there before is unchanged.</source>
        <translation>原有文件未被改动。</translation>
    </message>
    <message>
        <source>{path} cannot be used for a calibration: {reason}</source>
        <translation>{path} 无法用于校准：{reason}</translation>
    </message>
    <message>
        <source>Make it with 'attendance embed' from a folder that has one sub-folder a person.</source>
        <translation>请用“attendance embed”从每人一个子文件夹的目录生成。</translation>
    </message>
    <message>
        <source>{path} cannot be used for training: {reason}</source>
        <translation>{path} 无法用于训练：{reason}</translation>
    </message>
    <message>
        <source>docs/training.md and docs/training-data.md show what each kind of training data must look like.</source>
        <translation>docs/training.md 和 docs/training-data.md 说明了各种训练数据应有的形式。</translation>
    </message>
    <message>
        <source>{path} cannot be used for an evaluation: {reason}</source>
        <translation>{path} 无法用于评估：{reason}</translation>
    </message>
    <message>
        <source>docs/evaluation.md shows how each of the files must look.</source>
        <translation>各文件的格式见 docs/evaluation.md。</translation>
    </message>
    <message>
        <source>The training ended without a result: {reason}</source>
        <translation>训练结束但没有结果：{reason}</translation>
    </message>
    <message>
        <source>Nothing was changed. The last lines of its log say more; the whole log is in the log file.</source>
        <translation>没有任何改动。日志的最后几行会说明原因，完整日志在日志文件中。</translation>
    </message>
    <message>
        <source>{where}: cannot enrol: {reason}</source>
        <translation>{where}：无法登记：{reason}</translation>
    </message>
    <message>
        <source>Correct this and try again.</source>
        <translation>请更正后重试。</translation>
    </message>
    <message>
        <source>{where}: no face found.</source>
        <translation>{where}：未找到人脸。</translation>
    </message>
    <message>
        <source>Use a photograph that shows the face from the front.</source>
        <translation>请使用正面人脸照片。</translation>
    </message>
    <message>
        <source>{where}: {count} faces found, exactly one is needed.</source>
        <translation>{where}：找到 {count} 张人脸，只能有一张。</translation>
    </message>
    <message>
        <source>Use a photograph of this person alone.</source>
        <translation>请使用此人的单人照片。</translation>
    </message>
    <message>
        <source>{where}: the face is {reason}.</source>
        <translation>{where}：人脸不合格：{reason}。</translation>
    </message>
    <message>
        <source>Take a sharp, well-lit photograph from the front.</source>
        <translation>请在光线充足处拍摄清晰的正面照片。</translation>
    </message>
    <message>
        <source>{where}: this face is already enrolled as {other_name} ({other_code}), similarity {similarity:.2f}.</source>
        <translation>{where}：此人脸已登记为 {other_name}（{other_code}），相似度 {similarity:.2f}。</translation>
    </message>
    <message>
        <source>Check the photograph: add it to {other_code}, or confirm that they are two people.</source>
        <translation>请核对照片：可添加到 {other_code}，或确认这是两个人。</translation>
    </message>
    <message>
        <source>The code {person_code} already belongs to {other_name}.</source>
        <translation>编号 {person_code} 已属于 {other_name}。</translation>
    </message>
    <message>
        <source>Choose another code, or use the same name to add photographs.</source>
        <translation>请换一个编号，或使用相同姓名以添加照片。</translation>
    </message>
    <message>
        <source>Nobody has the code {person_code}.</source>
        <translation>没有编号为 {person_code} 的人员。</translation>
    </message>
    <message>
        <source>'attendance people list' shows all codes.</source>
        <translation>运行“attendance people list”可查看所有编号。</translation>
    </message>
    <message>
        <source>Nobody has the code {person_code}; almost the same is {other_code}.</source>
        <translation>没有编号为 {person_code} 的人员；几乎相同的是 {other_code}。</translation>
    </message>
    <message>
        <source>Spreadsheets drop leading zeros; letter case counts. Give the code as 'attendance people list' shows it.</source>
        <translation>电子表格会去掉开头的零；字母区分大小写。请按“attendance people list”显示的写法填写编号。</translation>
    </message>
    <message>
        <source>{path} cannot be imported: {reason}</source>
        <translation>{path} 无法导入：{reason}</translation>
    </message>
    <message>
        <source>A CSV needs the columns code,name,department,photo in UTF-8; a folder needs one sub-folder a person.</source>
        <translation>CSV 须为 UTF-8 编码并包含 code,name,department,photo 列；文件夹须每人一个子文件夹。</translation>
    </message>
    <message>
        <source>Give a code, a name and at least one photograph.</source>
        <translation>请填写编号和姓名，并提供至少一张照片。</translation>
    </message>
    <message>
        <source>Take another photograph.</source>
        <translation>请重新拍照。</translation>
    </message>
    <message>
        <source>The code {person_code} is almost {other_code}, the code of {other_name}.</source>
        <translation>编号 {person_code} 与 {other_name} 的编号 {other_code} 几乎相同。</translation>
    </message>
    <message>
        <source>For the same person, give {other_code}. For somebody else, choose a code that differs in more.</source>
        <translation>如果是同一个人，请填写 {other_code}；如果是另一个人，请选择差别更大的编号。</translation>
    </message>
    <message>
        <source>{path} cannot be used: {reason}</source>
        <translation>{path} 无法使用：{reason}</translation>
    </message>
    <message>
        <source>Use a JPEG or PNG photograph.</source>
        <translation>请使用 JPEG 或 PNG 照片。</translation>
    </message>
    <message>
        <source>{path} is not a readable picture ({reason}).</source>
        <translation>{path} 不是可读取的图片（{reason}）。</translation>
    </message>
    <message>
        <source>Open it in a picture viewer, save it as JPEG or PNG, and try again.</source>
        <translation>请用看图软件打开，另存为 JPEG 或 PNG 后重试。</translation>
    </message>
    <message>
        <source>{path} is too large ({actual}; at most {limit}).</source>
        <translation>{path} 过大（{actual}，最多 {limit}）。</translation>
    </message>
    <message>
        <source>Scale the photograph down and try again.</source>
        <translation>请缩小照片后重试。</translation>
    </message>
    <message>
        <source>The report {path} cannot be written: {reason}</source>
        <translation>报表 {path} 无法写入：{reason}</translation>
    </message>
    <message>
        <source>Close the file in other programs or choose another folder.</source>
        <translation>请在其他程序中关闭该文件，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>The report range {start} to {end} is not usable: {reason}</source>
        <translation>报表范围 {start} 至 {end} 不可用：{reason}</translation>
    </message>
    <message>
        <source>Give the first and last day as YYYY-MM-DD.</source>
        <translation>请以 YYYY-MM-DD 格式填写起止日期。</translation>
    </message>
    <message>
        <source>This report cannot be made: {reason}.</source>
        <translation>无法生成此报表：{reason}。</translation>
    </message>
    <message>
        <source>Choose one of these and try again.</source>
        <translation>请从中选择一项后重试。</translation>
    </message>
    <message>
        <source>{path}, key {key}: {reason}</source>
        <translation>{path}，设置项 {key}：{reason}</translation>
    </message>
    <message>
        <source>Correct this line or remove it to use the default.</source>
        <translation>请改正这一行，或删除它以使用默认值。</translation>
    </message>
    <message>
        <source>The time zone of this computer has no name; times follow its clock, {zone}.</source>
        <translation>此计算机的时区没有名称；时间按其时钟显示（{zone}）。</translation>
    </message>
    <message>
        <source>Set attendance.zone in config.toml, such as Europe/Berlin.</source>
        <translation>请在 config.toml 中设置 attendance.zone，例如 Europe/Berlin。</translation>
    </message>
    <message>
        <source>The fixed threshold {threshold} was set for another recognizer than that of {pack} and is not used.</source>
        <translation>固定阈值 {threshold} 是为另一个识别模型（不是 {pack}）设置的，现在不使用。</translation>
    </message>
    <message>
        <source>Remove recognition.threshold from config.toml, or give the value for the recognizer in use.</source>
        <translation>请从 config.toml 中删除 recognition.threshold，或填写当前识别模型的值。</translation>
    </message>
    <message>
        <source>{path}: {reason}</source>
        <translation>{path}：{reason}</translation>
    </message>
    <message>
        <source>Nothing was changed. Check the disk and try again.</source>
        <translation>没有任何更改。请检查磁盘后重试。</translation>
    </message>
    <message>
        <source>The database {path} is locked by another program.</source>
        <translation>数据库 {path} 被其他程序锁定。</translation>
    </message>
    <message>
        <source>Close the other program and try again; nothing was lost.</source>
        <translation>请关闭其他程序后重试；数据没有丢失。</translation>
    </message>
    <message>
        <source>The database {path} is damaged: {reason}</source>
        <translation>数据库 {path} 已损坏：{reason}</translation>
    </message>
    <message>
        <source>Restore a backup; the damaged file was left as it is.</source>
        <translation>请恢复备份；损坏的文件保持原样。</translation>
    </message>
    <message>
        <source>The database {path} was written by a newer version (schema {found}, this program knows {known}).</source>
        <translation>数据库 {path} 由更新版本的程序写入（结构版本 {found}，本程序支持 {known}）。</translation>
    </message>
    <message>
        <source>Install the newer version; the file was not touched.</source>
        <translation>请安装新版本；文件未被改动。</translation>
    </message>
    <message>
        <source>The disk that holds {path} is full.</source>
        <translation>{path} 所在的磁盘已满。</translation>
    </message>
    <message>
        <source>Free some space; what was already saved is safe.</source>
        <translation>请清理出空间；已保存的数据是安全的。</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>{path} 无法写入。</translation>
    </message>
    <message>
        <source>Give this user write permission, or choose another folder.</source>
        <translation>请授予当前用户写入权限，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Face templates of {names} are damaged, so the door may not know them; everybody else is known.</source>
        <translation>{names} 的人脸模板已损坏，签到机可能认不出他们；其他人不受影响。</translation>
    </message>
    <message>
        <source>Restore a backup, or enrol them again with new photographs.</source>
        <translation>请恢复备份，或用新照片重新登记他们。</translation>
    </message>
    <message>
        <source>The encryption key for {path} is not available: {reason}</source>
        <translation>{path} 的加密密钥不可用：{reason}</translation>
    </message>
    <message>
        <source>Restore the key file or keyring entry; without it the stored faces cannot be read.</source>
        <translation>请恢复密钥文件或密钥环条目；没有它无法读取已存储的人脸。</translation>
    </message>
    <message>
        <source>the first day is after the last</source>
        <translation>起始日期晚于结束日期</translation>
    </message>
    <message>
        <source>a day is written YYYY-MM-DD</source>
        <translation>日期请写成 YYYY-MM-DD</translation>
    </message>
    <message>
        <source>the clocks skipped {text}</source>
        <translation>时钟跳过了 {text}</translation>
    </message>
    <message>
        <source>the clocks showed {text} twice; add the offset, such as {example}</source>
        <translation>时钟两次显示 {text}；请加上时差，例如 {example}</translation>
    </message>
    <message>
        <source>{text} is not a time such as 2026-03-02 08:00</source>
        <translation>{text} 不是 2026-03-02 08:00 这样的时间</translation>
    </message>
    <message>
        <source>{text} is not a day such as 2026-03-02</source>
        <translation>{text} 不是 2026-03-02 这样的日期</translation>
    </message>
    <message>
        <source>the folder holds no picture</source>
        <translation>文件夹中没有图片</translation>
    </message>
    <message>
        <source>there is no such file or folder</source>
        <translation>没有这个文件或文件夹</translation>
    </message>
    <message>
        <source>no secret was given</source>
        <translation>未给出密钥</translation>
    </message>
    <message>
        <source>a pay code is written NAME=CODE</source>
        <translation>工资代码请写成 NAME=CODE</translation>
    </message>
    <message>
        <source>none is set up</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>known packs are {names}</source>
        <translation>已知的模型包有 {names}</translation>
    </message>
    <message>
        <source>{name} was discarded while it was being prepared</source>
        <translation>{name} 在准备期间被丢弃</translation>
    </message>
    <message>
        <source>give --from and --to, or --every with a folder</source>
        <translation>请给出 --from 和 --to，或给出 --every 和一个文件夹</translation>
    </message>
    <message>
        <source>{text} is not NAME=CODE; there are: regular, overtime, company, batch</source>
        <translation>{text} 不是 NAME=CODE；可用的有：regular、overtime、company、batch</translation>
    </message>
    <message>
        <source>--every takes no --from and --to</source>
        <translation>--every 不能与 --from 和 --to 同用</translation>
    </message>
    <message>
        <source>the file mail.ca_file cannot be read</source>
        <translation>无法读取文件 mail.ca_file</translation>
    </message>
    <message>
        <source>{name} is not a known time zone</source>
        <translation>{name} 不是已知的时区</translation>
    </message>
    <message>
        <source>must not exceed recognition.window</source>
        <translation>不得大于 recognition.window</translation>
    </message>
    <message>
        <source>must not exceed recognition.max_attempts</source>
        <translation>不得大于 recognition.max_attempts</translation>
    </message>
    <message>
        <source>must be {wanted}, not {actual}</source>
        <translation>必须是 {wanted}，而不是 {actual}</translation>
    </message>
    <message>
        <source>must be one of {names}</source>
        <translation>必须是以下之一：{names}</translation>
    </message>
    <message>
        <source>must be from {low} to {high}</source>
        <translation>必须在 {low} 到 {high} 之间</translation>
    </message>
    <message>
        <source>nested too deeply</source>
        <translation>嵌套过深</translation>
    </message>
    <message>
        <source>not valid TOML ({cause})</source>
        <translation>不是有效的 TOML（{cause}）</translation>
    </message>
    <message>
        <source>unknown section; known: {names}</source>
        <translation>未知的小节；已知：{names}</translation>
    </message>
    <message>
        <source>must be a section, written {section}</source>
        <translation>必须是小节，写作 {section}</translation>
    </message>
    <message>
        <source>unknown key; known: {names}</source>
        <translation>未知的设置项；已知：{names}</translation>
    </message>
    <message>
        <source>the code {code}</source>
        <translation>编号 {code}</translation>
    </message>
    <message>
        <source>the name {name}</source>
        <translation>姓名 {name}</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>为空</translation>
    </message>
    <message>
        <source>the column {name} is there twice</source>
        <translation>列 {name} 出现了两次</translation>
    </message>
    <message>
        <source>a quotation mark is not closed</source>
        <translation>引号未闭合</translation>
    </message>
    <message>
        <source>text follows a closed quotation mark</source>
        <translation>闭合的引号后还有文字</translation>
    </message>
    <message>
        <source>a cell is longer than {count} characters; perhaps a quotation mark is not closed</source>
        <translation>有单元格超过 {count} 个字符；可能有引号未闭合</translation>
    </message>
    <message>
        <source>line {line}: {cause}</source>
        <translation>第 {line} 行：{cause}</translation>
    </message>
    <message>
        <source>the columns {names} are missing from the first line</source>
        <translation>第一行缺少列 {names}</translation>
    </message>
    <message>
        <source>the column {name} is missing from the first line</source>
        <translation>第一行缺少列 {name}</translation>
    </message>
    <message>
        <source>the last day is before the first</source>
        <translation>最后一天早于第一天</translation>
    </message>
    <message>
        <source>it overlaps with assignment {number}</source>
        <translation>与第 {number} 项排班重叠</translation>
    </message>
    <message>
        <source>this name is there twice</source>
        <translation>此名称重复出现</translation>
    </message>
    <message>
        <source>must be from 1 to {most}</source>
        <translation>必须在 1 到 {most} 之间</translation>
    </message>
    <message>
        <source>there is no shift called {name}</source>
        <translation>没有名为 {name} 的班次</translation>
    </message>
    <message>
        <source>name a person or a department, not both</source>
        <translation>请填写人员或部门，不能同时填写</translation>
    </message>
    <message>
        <source>write it as HH:MM-HH:MM</source>
        <translation>请写作 HH:MM-HH:MM</translation>
    </message>
    <message>
        <source>a part of 0 minutes or less is not a shift</source>
        <translation>0 分钟或更短的时段不是班次</translation>
    </message>
    <message>
        <source>write it as HH:MM</source>
        <translation>请写作 HH:MM</translation>
    </message>
    <message>
        <source>must be a text, not {kind}</source>
        <translation>必须是文本，而不是 {kind}</translation>
    </message>
    <message>
        <source>a list</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <source>must be a table, not {kind}</source>
        <translation>必须是表，而不是 {kind}</translation>
    </message>
    <message>
        <source>write it as YYYY-MM-DD</source>
        <translation>请写作 YYYY-MM-DD</translation>
    </message>
    <message>
        <source>it is missing</source>
        <translation>缺少此项</translation>
    </message>
    <message>
        <source>{name} begins where {other} begins</source>
        <translation>{name} 与 {other} 的起点相同</translation>
    </message>
    <message>
        <source>must be one of 0, 5, 10, 15</source>
        <translation>必须是以下之一：0、5、10、15</translation>
    </message>
    <message>
        <source>more than 10 years</source>
        <translation>超过 10 年</translation>
    </message>
    <message>
        <source>outside the calendar</source>
        <translation>超出日历范围</translation>
    </message>
    <message>
        <source>the parts overlap or are out of order</source>
        <translation>时段重叠或顺序不对</translation>
    </message>
    <message>
        <source>a shift lasts at most 24 hours</source>
        <translation>一个班次最长 24 小时</translation>
    </message>
    <message>
        <source>a shift needs a name</source>
        <translation>班次需要名称</translation>
    </message>
    <message>
        <source>a flexible shift has at most one part, its frame</source>
        <translation>弹性班次最多只有一个时段，即其框架时间</translation>
    </message>
    <message>
        <source>a fixed shift needs at least one part</source>
        <translation>固定班次至少需要一个时段</translation>
    </message>
    <message>
        <source>the manifest is too large</source>
        <translation>清单过大</translation>
    </message>
    <message>
        <source>{path} does not exist</source>
        <translation>{path} 不存在</translation>
    </message>
    <message>
        <source>{path} cannot be read ({cause})</source>
        <translation>{path} 无法读取（{cause}）</translation>
    </message>
    <message>
        <source>the manifest is wrong: {cause}</source>
        <translation>清单有误：{cause}</translation>
    </message>
    <message>
        <source>nobody has the code {code}</source>
        <translation>没有人使用代码 {code}</translation>
    </message>
    <message>
        <source>nobody has the code {code}; almost the same is {names}</source>
        <translation>没有人使用代码 {code}；几乎相同的是 {names}</translation>
    </message>
    <message>
        <source>too small</source>
        <translation>太小</translation>
    </message>
    <message>
        <source>cut off by the edge</source>
        <translation>被画面边缘截断</translation>
    </message>
    <message>
        <source>too dark</source>
        <translation>太暗</translation>
    </message>
    <message>
        <source>too bright</source>
        <translation>太亮</translation>
    </message>
    <message>
        <source>turned away</source>
        <translation>未正对镜头</translation>
    </message>
    <message>
        <source>blurred</source>
        <translation>模糊</translation>
    </message>
    <message>
        <source>made of dots or two tones, not a photograph</source>
        <translation>由网点或两种色调构成，不是照片</translation>
    </message>
    <message>
        <source>the audit log is empty</source>
        <translation>审计日志是空的</translation>
    </message>
    <message>
        <source>an entry of the audit log is not what this program wrote</source>
        <translation>审计日志中的一条记录不是本程序写入的内容</translation>
    </message>
    <message>
        <source>a stored check-in is not what this program wrote</source>
        <translation>保存的一条签到记录不是本程序写入的内容</translation>
    </message>
    <message>
        <source>a stored direction or method is not one of this program</source>
        <translation>存储的方向或识别方式不是本程序写入的</translation>
    </message>
    <message>
        <source>a stored instant is not a date and time</source>
        <translation>存储的时刻不是有效的日期时间</translation>
    </message>
    <message>
        <source>the database is closed</source>
        <translation>数据库已关闭</translation>
    </message>
    <message>
        <source>the person does not exist, or was erased</source>
        <translation>此人不存在或已被删除</translation>
    </message>
    <message>
        <source>the correction {name} is rejected already</source>
        <translation>更正 {name} 已被驳回</translation>
    </message>
    <message>
        <source>there is a correction {name} already</source>
        <translation>更正 {name} 已存在</translation>
    </message>
    <message>
        <source>there is no event {name}</source>
        <translation>没有记录 {name}</translation>
    </message>
    <message>
        <source>the correction {name} is approved already</source>
        <translation>更正 {name} 已被批准</translation>
    </message>
    <message>
        <source>there is no correction {name}</source>
        <translation>没有更正 {name}</translation>
    </message>
    <message>
        <source>a stored correction is not what this program wrote</source>
        <translation>保存的一条更正不是本程序写入的内容</translation>
    </message>
    <message>
        <source>a kept timesheet is not what this program wrote</source>
        <translation>保存的工时记录不是本程序写入的内容</translation>
    </message>
    <message>
        <source>template</source>
        <translation>人脸模板</translation>
    </message>
    <message>
        <source>crop</source>
        <translation>人脸照片</translation>
    </message>
    <message>
        <source>disputed crop</source>
        <translation>有异议的人脸图</translation>
    </message>
    <message>
        <source>a {what} has an unknown format</source>
        <translation>有{what}的格式未知</translation>
    </message>
    <message>
        <source>a {what} of person {person} is damaged or belongs to another row</source>
        <translation>人员 {person} 的{what}已损坏或属于另一行</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>未查询</translation>
    </message>
    <message>
        <source>{path} is missing</source>
        <translation>缺少 {path}</translation>
    </message>
    <message>
        <source>it has one</source>
        <translation>已有一个</translation>
    </message>
    <message>
        <source>{path} is missing and the system keyring has none ({cause})</source>
        <translation>缺少 {path}，系统密钥环中也没有（{cause}）</translation>
    </message>
    <message>
        <source>other users may read {path}; make it private with: chmod 600 {same_path}</source>
        <translation>其他用户可以读取 {path}；请设为私有：chmod 600 {same_path}</translation>
    </message>
    <message>
        <source>the system keyring has none ({cause})</source>
        <translation>系统密钥环中没有（{cause}）</translation>
    </message>
    <message>
        <source>{error}: no usable keyring service</source>
        <translation>{error}：没有可用的密钥环服务</translation>
    </message>
    <message>
        <source>the entry in the system keyring is not a key</source>
        <translation>系统密钥环中的条目不是密钥</translation>
    </message>
    <message>
        <source>{path} is damaged: it must hold {count} hex digits</source>
        <translation>{path} 已损坏：应包含 {count} 个十六进制数字</translation>
    </message>
    <message>
        <source>vanished while it was being created</source>
        <translation>在创建过程中消失了</translation>
    </message>
    <message>
        <source>the key at hand ({key}) is not the one that encrypted this database ({other})</source>
        <translation>现有密钥（{key}）不是加密此数据库的密钥（{other}）</translation>
    </message>
    <message>
        <source>the templates of {model} have different sizes</source>
        <translation>{model} 的模板大小不一</translation>
    </message>
    <message>
        <source>a crop of person {person} has the wrong size</source>
        <translation>人员 {person} 的人脸照片尺寸不对</translation>
    </message>
    <message>
        <source>a {what} of person {person} is not a binary value</source>
        <translation>人员 {person} 的{what}不是二进制值</translation>
    </message>
    <message>
        <source>a crop of person {person} cannot be unpacked</source>
        <translation>人员 {person} 的人脸照片无法解开</translation>
    </message>
    <message>
        <source>it was sealed with another key</source>
        <translation>它是用另一个密钥加密的</translation>
    </message>
    <message>
        <source>a message to another system is damaged</source>
        <translation>发往其他系统的一条消息已损坏</translation>
    </message>
    <message>
        <source>{name} is in use already</source>
        <translation>{name} 已在使用中</translation>
    </message>
    <message>
        <source>{name} is not the candidate any more</source>
        <translation>{name} 已不再是候选模型</translation>
    </message>
    <message>
        <source>{name} would not know {names}, of whom no photograph is kept</source>
        <translation>{name} 将无法识别 {names}：没有保留他们的照片</translation>
    </message>
    <message>
        <source>{name} is not the recognizer before the one in use</source>
        <translation>{name} 不是当前模型之前使用的模型</translation>
    </message>
    <message>
        <source>longer than {count} characters</source>
        <translation>超过 {count} 个字符</translation>
    </message>
    <message>
        <source>a stored schedule is damaged</source>
        <translation>保存的一个报表计划已损坏</translation>
    </message>
    <message>
        <source>there is one called {name} already</source>
        <translation>已有名为 {name} 的</translation>
    </message>
    <message>
        <source>there is none called {name}</source>
        <translation>没有名为 {name} 的</translation>
    </message>
    <message>
        <source>a stored text is not valid UTF-8</source>
        <translation>存储的文本不是有效的 UTF-8</translation>
    </message>
    <message>
        <source>the upgrade was undone: rows lost in {tables}, {count} dangling references</source>
        <translation>升级已撤销：{tables} 丢失了行，有 {count} 个失效引用</translation>
    </message>
    <message>
        <source>a database on a network share gets damaged; choose a local folder</source>
        <translation>放在网络共享上的数据库会损坏；请选择本地文件夹</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <source>this is a database of another program</source>
        <translation>这是其他程序的数据库</translation>
    </message>
    <message>
        <source>it does not say its version</source>
        <translation>没有标明版本</translation>
    </message>
    <message>
        <source>cannot be upgraded ({cause})</source>
        <translation>无法升级（{cause}）</translation>
    </message>
    <message>
        <source>the package {package} is not installed</source>
        <translation>未安装软件包 {package}</translation>
    </message>
    <message>
        <source>the folder holds other files</source>
        <translation>文件夹中有其他文件</translation>
    </message>
    <message>
        <source>it is not a calendar in iCalendar format</source>
        <translation>不是 iCalendar 格式的日历</translation>
    </message>
    <message>
        <source>it has no start</source>
        <translation>没有开始时间</translation>
    </message>
    <message>
        <source>it ends before it starts</source>
        <translation>结束早于开始</translation>
    </message>
    <message>
        <source>it repeats {frequency}</source>
        <translation>重复方式为 {frequency}</translation>
    </message>
    <message>
        <source>it repeats at no interval</source>
        <translation>重复间隔为零</translation>
    </message>
    <message>
        <source>calendar {number} in it is damaged or cut off</source>
        <translation>其中第 {number} 个日历已损坏或不完整</translation>
    </message>
    <message>
        <source>it starts on a day and ends at a time</source>
        <translation>开始是日期而结束是时刻</translation>
    </message>
    <message>
        <source>it takes place more than {most} times</source>
        <translation>发生次数超过 {most} 次</translation>
    </message>
    <message>
        <source>it repeats by periods</source>
        <translation>按时段重复</translation>
    </message>
    <message>
        <source>its dates or its rule cannot be read</source>
        <translation>日期或重复规则无法读取</translation>
    </message>
    <message>
        <source>the certificate of {host} is not valid: {verify_message}</source>
        <translation>{host} 的证书无效：{verify_message}</translation>
    </message>
    <message>
        <source>no mail server is set up</source>
        <translation>未设置邮件服务器</translation>
    </message>
    <message>
        <source>mail without encryption is sent to this computer only</source>
        <translation>不加密的邮件只能发往本机</translation>
    </message>
    <message>
        <source>the server refused {names}</source>
        <translation>服务器拒绝了 {names}</translation>
    </message>
    <message>
        <source>{host} does not offer encryption or log-in</source>
        <translation>{host} 不提供加密或登录</translation>
    </message>
    <message>
        <source>the server refused every recipient</source>
        <translation>服务器拒绝了所有收件人</translation>
    </message>
    <message>
        <source>{host} answered {code}</source>
        <translation>{host} 的应答为 {code}</translation>
    </message>
    <message>
        <source>{host} cannot be reached: {cause}</source>
        <translation>无法连接 {host}：{cause}</translation>
    </message>
    <message>
        <source>{host} refused the user name or the password</source>
        <translation>{host} 拒绝了用户名或密码</translation>
    </message>
    <message>
        <source>this is not an address such as name@example.org</source>
        <translation>不是 name@example.org 这样的地址</translation>
    </message>
    <message>
        <source>{name} cannot be read</source>
        <translation>无法读取 {name}</translation>
    </message>
    <message>
        <source>the program ended with code {code}</source>
        <translation>程序以代码 {code} 结束</translation>
    </message>
    <message>
        <source>it answered {status}</source>
        <translation>它回答了 {status}</translation>
    </message>
    <message>
        <source>no answer within {seconds} s</source>
        <translation>{seconds} 秒内没有应答</translation>
    </message>
    <message>
        <source>the program cannot be started ({cause})</source>
        <translation>程序无法启动（{cause}）</translation>
    </message>
    <message>
        <source>pyserial is not installed; install the extra "relay"</source>
        <translation>未安装 pyserial；请安装附加组件 “relay”</translation>
    </message>
    <message>
        <source>the serial port cannot be used ({cause})</source>
        <translation>串口无法使用（{cause}）</translation>
    </message>
    <message>
        <source>it cannot be reached ({cause})</source>
        <translation>无法连接（{cause}）</translation>
    </message>
    <message>
        <source>an address has at most {count} characters, no blanks and only ASCII</source>
        <translation>地址最多 {count} 个字符，不含空格，且只含 ASCII 字符</translation>
    </message>
    <message>
        <source>this is not an address such as https://example.org/path</source>
        <translation>不是 https://example.org/path 这样的地址</translation>
    </message>
    <message>
        <source>a name or password in the address is not taken</source>
        <translation>地址中不能包含用户名或密码</translation>
    </message>
    <message>
        <source>only https is taken; http only to this computer</source>
        <translation>只接受 https；http 只能用于本机</translation>
    </message>
    <message>
        <source>several files fit the name {name}: {names}</source>
        <translation>有多个文件符合名称 {name}：{names}</translation>
    </message>
    <message>
        <source>more than {count} rows; choose fewer days, or CSV</source>
        <translation>超过 {count} 行；请减少天数，或选择 CSV</translation>
    </message>
    <message>
        <source>this is a folder</source>
        <translation>这是一个文件夹</translation>
    </message>
    <message>
        <source>the file is open in another program</source>
        <translation>该文件正在其他程序中打开</translation>
    </message>
    <message>
        <source>more than {count} rows do not fit on a sheet; choose fewer days, or CSV</source>
        <translation>一个工作表放不下超过 {count} 行；请减少天数，或选择 CSV</translation>
    </message>
    <message>
        <source>more than a workbook holds; choose fewer days, or CSV</source>
        <translation>超出工作簿的容量；请缩短日期范围，或选用 CSV</translation>
    </message>
    <message>
        <source>nobody can have left at that time</source>
        <translation>那个时间不可能离开</translation>
    </message>
    <message>
        <source>{count} events already wait for the disk; this one is refused</source>
        <translation>已有 {count} 条记录等待写入磁盘；这一条被拒绝</translation>
    </message>
    <message>
        <source>The check-in log</source>
        <translation>考勤记录</translation>
    </message>
    <message>
        <source>no attendee, title or id names anybody of the roster</source>
        <translation>参加者、标题和标识都没有指明名单中的人</translation>
    </message>
    <message>
        <source>its attendees are several people of the roster</source>
        <translation>参加者是名单中的多人</translation>
    </message>
    <message>
        <source>leave is booked from {first} to {last} already</source>
        <translation>{first} 至 {last} 已登记请假</translation>
    </message>
    <message>
        <source>it is only a part of a day</source>
        <translation>只占一天的一部分</translation>
    </message>
    <message>
        <source>a similarity lies from -1 to 1</source>
        <translation>相似度应在 -1 到 1 之间</translation>
    </message>
    <message>
        <source>no code of a person</source>
        <translation>没有人员编号</translation>
    </message>
    <message>
        <source>the time is in the future</source>
        <translation>该时间尚未到来</translation>
    </message>
    <message>
        <source>the time is before 1990</source>
        <translation>时间早于 1990 年</translation>
    </message>
    <message>
        <source>the event id is longer than {most} or a text longer than {most_text} characters</source>
        <translation>事件标识超过 {most} 个字符，或某个文本超过 {most_text} 个字符</translation>
    </message>
    <message>
        <source>no time</source>
        <translation>没有时间</translation>
    </message>
    <message>
        <source>{text} has no time of day</source>
        <translation>{text} 没有时刻</translation>
    </message>
    <message>
        <source>{text} is not a similarity</source>
        <translation>{text} 不是相似度</translation>
    </message>
    <message>
        <source>the direction is not one of {names}</source>
        <translation>方向不是 {names} 之一</translation>
    </message>
    <message>
        <source>a secret has at least {count} characters</source>
        <translation>密钥至少要有 {count} 个字符</translation>
    </message>
    <message>
        <source>no address is set</source>
        <translation>未设置地址</translation>
    </message>
    <message>
        <source>it needs the name of who does it</source>
        <translation>必须填写操作人姓名</translation>
    </message>
    <message>
        <source>the event has this time and direction already</source>
        <translation>该记录已是此时间和方向</translation>
    </message>
    <message>
        <source>it is longer than {count} days</source>
        <translation>超过 {count} 天</translation>
    </message>
    <message>
        <source>the kind of leave is empty or too long</source>
        <translation>请假类型为空或过长</translation>
    </message>
    <message>
        <source>the event is this person's already</source>
        <translation>该记录已属于此人</translation>
    </message>
    <message>
        <source>whoever asked for it cannot approve it</source>
        <translation>申请人不能自行批准</translation>
    </message>
    <message>
        <source>it needs a reason</source>
        <translation>必须填写原因</translation>
    </message>
    <message>
        <source>the event {name} is void already</source>
        <translation>记录 {name} 已作废</translation>
    </message>
    <message>
        <source>the event was not made at the kiosk</source>
        <translation>该记录不是在考勤终端产生的</translation>
    </message>
    <message>
        <source>it is too late to take it back at the kiosk; ask whoever keeps the hours</source>
        <translation>已过撤销时限，请联系考勤管理员</translation>
    </message>
    <message>
        <source>must be a table</source>
        <translation>必须是一个表</translation>
    </message>
    <message>
        <source>holds half of a character (a lone surrogate)</source>
        <translation>含有半个字符（孤立代理项）</translation>
    </message>
    <message>
        <source>must be a list, not {kind}</source>
        <translation>必须是列表，而不是 {kind}</translation>
    </message>
    <message>
        <source>no holidays are known for {country}</source>
        <translation>没有 {country} 的节假日数据</translation>
    </message>
    <message>
        <source>{country} has no part called {part}</source>
        <translation>{country} 没有名为 {part} 的地区</translation>
    </message>
    <message>
        <source>a name of 1 to {most} characters is missing</source>
        <translation>缺少 1 到 {most} 个字符的姓名</translation>
    </message>
    <message>
        <source>it does not show the same person as the other photographs</source>
        <translation>与其他照片不是同一个人</translation>
    </message>
    <message>
        <source>the code is empty</source>
        <translation>编号为空</translation>
    </message>
    <message>
        <source>the name is empty</source>
        <translation>姓名为空</translation>
    </message>
    <message>
        <source>no photograph given</source>
        <translation>没有提供照片</translation>
    </message>
    <message>
        <source>the new person</source>
        <translation>新人员</translation>
    </message>
    <message>
        <source>line {line}</source>
        <translation>第 {line} 行</translation>
    </message>
    <message>
        <source>it has no sub-folders</source>
        <translation>没有子文件夹</translation>
    </message>
    <message>
        <source>it has no rows</source>
        <translation>没有数据行</translation>
    </message>
    <message>
        <source>the code {code} was given to {name} before</source>
        <translation>编号 {code} 已在前面分配给 {name}</translation>
    </message>
    <message>
        <source>it cannot be read ({cause})</source>
        <translation>无法读取（{cause}）</translation>
    </message>
    <message>
        <source>the folder has no pictures</source>
        <translation>文件夹中没有图片</translation>
    </message>
    <message>
        <source>code or name is empty</source>
        <translation>编号或姓名为空</translation>
    </message>
    <message>
        <source>{path} has no pictures</source>
        <translation>{path} 中没有图片</translation>
    </message>
    <message>
        <source>the photograph cannot be looked for ({cause})</source>
        <translation>无法查找照片（{cause}）</translation>
    </message>
    <message>
        <source>the code {code} belongs to somebody else</source>
        <translation>编号 {code} 属于别人</translation>
    </message>
    <message>
        <source>there is no candidate; prepare one first</source>
        <translation>没有候选模型；请先准备一个</translation>
    </message>
    <message>
        <source>there is no recognizer to go back to</source>
        <translation>没有可以退回的识别模型</translation>
    </message>
    <message>
        <source>{name} knows nobody; prepare and promote it instead</source>
        <translation>{name} 不认识任何人；请改为先准备再启用</translation>
    </message>
    <message>
        <source>its manifest names the pack {name}</source>
        <translation>其清单中的模型包名称是 {name}</translation>
    </message>
    <message>
        <source>people were enrolled meanwhile; close the other windows and try again</source>
        <translation>期间有人员登记；请关闭其他窗口后重试</translation>
    </message>
    <message>
        <source>there is no column {name}; there are: {names}</source>
        <translation>没有列 {name}；可用的有：{names}</translation>
    </message>
    <message>
        <source>there is no {what} {name}; there are: {names}</source>
        <translation>没有{what} {name}；可用的有：{names}</translation>
    </message>
    <message>
        <source>kind of report</source>
        <translation>报表类型</translation>
    </message>
    <message>
        <source>{text} is not a time such as 06:00</source>
        <translation>{text} 不是 06:00 这样的时刻</translation>
    </message>
    <message>
        <source>a name has 1 to 200 characters</source>
        <translation>名称应有 1 到 200 个字符</translation>
    </message>
    <message>
        <source>there is no option {name}; known: {names}</source>
        <translation>没有选项 {name}；已知的有：{names}</translation>
    </message>
    <message>
        <source>{path} is not a folder</source>
        <translation>{path} 不是文件夹</translation>
    </message>
    <message>
        <source>{text} is not an address such as name@example.org</source>
        <translation>{text} 不是 name@example.org 这样的地址</translation>
    </message>
    <message>
        <source>format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>there is no {what} {name}, and no other</source>
        <translation>没有{what} {name}，也没有其他</translation>
    </message>
    <message>
        <source>another window of this data folder is training</source>
        <translation>使用同一数据文件夹的另一个窗口正在训练</translation>
    </message>
    <message>
        <source>there is no picture in {path}</source>
        <translation>{path} 中没有照片</translation>
    </message>
    <message>
        <source>it cannot be started ({cause})</source>
        <translation>无法启动（{cause}）</translation>
    </message>
    <message>
        <source>The enrolled photographs</source>
        <translation>已登记的照片</translation>
    </message>
    <message>
        <source>its process said something that is not understood</source>
        <translation>训练进程的输出无法识别</translation>
    </message>
    <message>
        <source>its process was ended by signal {number}</source>
        <translation>训练进程被信号 {number} 结束</translation>
    </message>
    <message>
        <source>its process ended with code {code}</source>
        <translation>训练进程以代码 {code} 结束</translation>
    </message>
    <message>
        <source>it was discarded in another window</source>
        <translation>它已在另一个窗口中被放弃</translation>
    </message>
    <message>
        <source>it is not UTF-8 text; save it as UTF-8</source>
        <translation>不是 UTF-8 文本；请另存为 UTF-8</translation>
    </message>
    <message>
        <source>it is larger than {count} MB</source>
        <translation>超过 {count} MB</translation>
    </message>
    <message>
        <source>its UTF-16 text is damaged; save it as UTF-8</source>
        <translation>其 UTF-16 文本已损坏；请另存为 UTF-8</translation>
    </message>
    <message>
        <source>line {line} has the byte {byte}, which is not UTF-8; save it as UTF-8</source>
        <translation>第 {line} 行含有字节 {byte}，不是 UTF-8；请另存为 UTF-8</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>这不是文件夹</translation>
    </message>
    <message>
        <source>Something went wrong that the program did not expect.</source>
        <translation>程序遇到了意外的错误。</translation>
    </message>
    <message>
        <source>Try again; the details are in the log file.</source>
        <translation>请重试；详情见日志文件。</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有这个文件或文件夹</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>这是一个文件夹</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名过长</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入/输出错误</translation>
    </message>
    <message>
        <source>disk I/O error</source>
        <translation>磁盘读写错误</translation>
    </message>
    <message>
        <source>file is not a database</source>
        <translation>该文件不是数据库</translation>
    </message>
    <message>
        <source>database disk image is malformed</source>
        <translation>数据库文件结构已损坏</translation>
    </message>
    <message>
        <source>unable to open database file</source>
        <translation>无法打开数据库文件</translation>
    </message>
    <message>
        <source>system keyring</source>
        <translation>系统密钥环</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>it is not a readable video</source>
        <translation>不是可读取的视频</translation>
    </message>
    <message>
        <source>no permission to open {path}; add this user to the group 'video' and log in again</source>
        <translation>没有权限打开 {path}；请将当前用户加入 video 组后重新登录</translation>
    </message>
    <message>
        <source>it gave an embedding of zeros or of values that are not finite</source>
        <translation>它给出的特征全为零或含非有限值</translation>
    </message>
    <message>
        <source>a recognizer has one float32 input and one output</source>
        <translation>识别模型应有一个 float32 输入和一个输出</translation>
    </message>
    <message>
        <source>its input is {shape}, expected (N, 3, {side}, {side})</source>
        <translation>输入为 {shape}，应为 (N, 3, {side}, {side})</translation>
    </message>
    <message>
        <source>its batch is fixed at {value}, expected 1 or any</source>
        <translation>批大小固定为 {value}，应为 1 或任意</translation>
    </message>
    <message>
        <source>its output is {shape} {dtype}, expected ({step}, {embedding_size}) float32</source>
        <translation>输出为 {shape} {dtype}，应为 ({step}, {embedding_size}) float32</translation>
    </message>
    <message>
        <source>the folder holds no readable picture</source>
        <translation>文件夹中没有可读取的图片</translation>
    </message>
    <message>
        <source>JPEG, PNG, BMP, WebP or TIFF</source>
        <translation>JPEG、PNG、BMP、WebP 或 TIFF</translation>
    </message>
    <message>
        <source>a GIF picture</source>
        <translation>GIF 图片</translation>
    </message>
    <message>
        <source>a PDF document</source>
        <translation>PDF 文档</translation>
    </message>
    <message>
        <source>a Photoshop picture</source>
        <translation>Photoshop 图片</translation>
    </message>
    <message>
        <source>a ZIP archive or office document</source>
        <translation>ZIP 压缩包或办公文档</translation>
    </message>
    <message>
        <source>an AVIF picture</source>
        <translation>AVIF 图片</translation>
    </message>
    <message>
        <source>a HEIC picture</source>
        <translation>HEIC 图片</translation>
    </message>
    <message>
        <source>a video</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>its end is missing</source>
        <translation>文件不完整，缺少结尾</translation>
    </message>
    <message>
        <source>it is {actual}, not {wanted}</source>
        <translation>它是{actual}，不是 {wanted}</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>这是一个文件夹</translation>
    </message>
    <message>
        <source>it is not an ordinary file</source>
        <translation>不是普通文件</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有这个文件</translation>
    </message>
    <message>
        <source>this user may not read it</source>
        <translation>当前用户无权读取</translation>
    </message>
    <message>
        <source>it is not {wanted}</source>
        <translation>它不是 {wanted}</translation>
    </message>
    <message>
        <source>it is damaged</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>a network of MTCNN has one input and the outputs {names}</source>
        <translation>MTCNN 的网络应有一个输入和输出 {names}</translation>
    </message>
    <message>
        <source>output {name} has shape {shape}, expected 1 x ... x {width}</source>
        <translation>输出 {name} 的形状为 {shape}，应为 1 x ... x {width}</translation>
    </message>
    <message>
        <source>no NVIDIA GPU, or its driver is missing or too old</source>
        <translation>没有 NVIDIA 显卡，或其驱动缺失、过旧</translation>
    </message>
    <message>
        <source>CUDA is active (onnxruntime {version}).</source>
        <translation>CUDA 已启用（onnxruntime {version}）。</translation>
    </message>
    <message>
        <source>The installed onnxruntime supports CUDA but could not start it ({cause}).</source>
        <translation>已安装的 onnxruntime 支持 CUDA，但无法启动（{cause}）。</translation>
    </message>
    <message>
        <source>InsightFace's licence for {customer}, which begins on {day}</source>
        <translation>InsightFace 授予 {customer} 的许可，自 {day} 起生效</translation>
    </message>
    <message>
        <source>InsightFace's licence for {customer}</source>
        <translation>InsightFace 授予 {customer} 的许可</translation>
    </message>
    <message>
        <source>InsightFace's licence for {customer}, until {day}</source>
        <translation>InsightFace 授予 {customer} 的许可，有效至 {day}</translation>
    </message>
    <message>
        <source>InsightFace's licence for {customer}, which ended on {day}</source>
        <translation>InsightFace 授予 {customer} 的许可，已于 {day} 到期</translation>
    </message>
    <message>
        <source>{key} is not a time with its offset from UTC</source>
        <translation>{key} 不是带有 UTC 偏移的时间</translation>
    </message>
    <message>
        <source>it is no model of {size} numbers from 192x192 pixels</source>
        <translation>它不是由 192x192 像素给出 {size} 个数的模型</translation>
    </message>
    <message>
        <source>insightface cannot load it ({cause})</source>
        <translation>insightface 无法加载（{cause}）</translation>
    </message>
    <message>
        <source>the installed insightface lacks the mean face that poses are measured by</source>
        <translation>已安装的 insightface 缺少用于测量姿态的平均人脸</translation>
    </message>
    <message>
        <source>it gave another number of values, or some that are not finite</source>
        <translation>它给出的数值个数不符，或含有非有限值</translation>
    </message>
    <message>
        <source>InsightFace's manifest is not valid: {cause}</source>
        <translation>InsightFace 的清单无效：{cause}</translation>
    </message>
    <message>
        <source>InsightFace's manifest names no model for {task}</source>
        <translation>InsightFace 的清单没有给出用于 {task} 的模型</translation>
    </message>
    <message>
        <source>it lies in a folder inside; 'attendance models import' makes a pack of it</source>
        <translation>它位于内层文件夹中；用“attendance models import”可将其制成模型包</translation>
    </message>
    <message>
        <source>its recognizer takes faces of {side} pixels; only multiples of 112 can be used</source>
        <translation>其识别模型使用 {side} 像素的人脸；只能使用 112 的倍数</translation>
    </message>
    <message>
        <source>its models do not lie beside its manifest</source>
        <translation>其模型不在清单所在的文件夹中</translation>
    </message>
    <message>
        <source>The licence file MODEL.LICENSE of the model pack {pack} is not valid: {reason}</source>
        <translation>模型包 {pack} 的许可文件 MODEL.LICENSE 无效：{reason}</translation>
    </message>
    <message>
        <source>Ask InsightFace for another file. Without it the pack is for non-commercial research only.</source>
        <translation>请向 InsightFace 索取新的文件。没有该文件时，模型包仅限非商业研究使用。</translation>
    </message>
    <message>
        <source>Only part of the models run on the GPU; not on it: {names}. {cause}</source>
        <translation>只有部分模型在 GPU 上运行；不在 GPU 上的有：{names}。{cause}</translation>
    </message>
    <message>
        <source>The model pack {pack} does not run on the GPU, as recognition.provider asks for: {reason}</source>
        <translation>模型包 {pack} 没有按 recognition.provider 的要求在 GPU 上运行：{reason}</translation>
    </message>
    <message>
        <source>Install the GPU build (make setup-gpu) and its driver, or set recognition.provider to auto or cpu.</source>
        <translation>请安装 GPU 版本（make setup-gpu）及其驱动程序，或将 recognition.provider 设为 auto 或 cpu。</translation>
    </message>
    <message>
        <source>The installed onnxruntime has no CUDA support.</source>
        <translation>已安装的 onnxruntime 不支持 CUDA。</translation>
    </message>
    <message>
        <source>{cause} The CPU is used.</source>
        <translation>{cause}改用 CPU。</translation>
    </message>
    <message>
        <source>onnxruntime cannot load it ({cause})</source>
        <translation>onnxruntime 无法加载（{cause}）</translation>
    </message>
    <message>
        <source>The settings ask for the CPU.</source>
        <translation>设置中指定使用 CPU。</translation>
    </message>
    <message>
        <source>it failed while running ({cause})</source>
        <translation>运行时出错（{cause}）</translation>
    </message>
    <message>
        <source>it unpacks to more than {count} bytes</source>
        <translation>解压后超过 {count} 字节</translation>
    </message>
    <message>
        <source>the archive is unsafe: {name} is not a plain file inside it</source>
        <translation>压缩包不安全：其中的 {name} 不是普通文件</translation>
    </message>
    <message>
        <source>{path} holds no .onnx model</source>
        <translation>{path} 中没有 .onnx 模型</translation>
    </message>
    <message>
        <source>it holds models in several folders; a pack is one folder</source>
        <translation>模型分散在多个文件夹中；一个模型包应为一个文件夹</translation>
    </message>
    <message>
        <source>it is not a usable .zip file ({cause})</source>
        <translation>它不是可用的 .zip 文件（{cause}）</translation>
    </message>
    <message>
        <source>it holds more than {count} files</source>
        <translation>其中的文件超过 {count} 个</translation>
    </message>
    <message>
        <source>the archive holds {name} twice</source>
        <translation>压缩包中 {name} 出现了两次</translation>
    </message>
    <message>
        <source>the server answered {code} for {url}</source>
        <translation>服务器对 {url} 返回 {code}</translation>
    </message>
    <message>
        <source>no connection ({cause})</source>
        <translation>无法连接（{cause}）</translation>
    </message>
    <message>
        <source>{url} does not exist (404)</source>
        <translation>{url} 不存在（404）</translation>
    </message>
    <message>
        <source>the address of the server or of the proxy is not valid</source>
        <translation>服务器或代理的地址无效</translation>
    </message>
    <message>
        <source>the server sent nothing for {count} s</source>
        <translation>服务器 {count} 秒内没有发送数据</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>the server offers {count} bytes, expected {wanted}</source>
        <translation>服务器提供 {count} 字节，应为 {wanted}</translation>
    </message>
    <message>
        <source>the address {url} begins with neither https:// nor http://</source>
        <translation>地址 {url} 不以 https:// 或 http:// 开头</translation>
    </message>
    <message>
        <source>{path}: {cause}</source>
        <translation>{path}：{cause}</translation>
    </message>
    <message>
        <source>the connection was cut after {count} of {total} bytes</source>
        <translation>连接在收到 {count} 字节（共 {total}）后中断</translation>
    </message>
    <message>
        <source>the file is larger than {count} bytes</source>
        <translation>文件超过 {count} 字节</translation>
    </message>
    <message>
        <source>this detector gives no landmarks, and without them faces cannot be aligned</source>
        <translation>该检测模型不给出关键点，没有关键点就无法对齐人脸</translation>
    </message>
    <message>
        <source>there is no recognizer with a 112x112 input in it</source>
        <translation>其中没有 112x112 输入的识别器</translation>
    </message>
    <message>
        <source>there is no detector in InsightFace's layout in it</source>
        <translation>其中没有 InsightFace 布局的检测器</translation>
    </message>
    <message>
        <source>the name of a pack holds letters, digits, '-', '_' and single dots inside</source>
        <translation>模型包名称由字母、数字、“-”、“_”以及中间的单个“.”组成</translation>
    </message>
    <message>
        <source>its name cannot be used on every system</source>
        <translation>其名称不能在所有系统上使用</translation>
    </message>
    <message>
        <source>it is not an ONNX file ({cause})</source>
        <translation>它不是 ONNX 文件（{cause}）</translation>
    </message>
    <message>
        <source>another pack of this name is installed; rename the folder or .zip (or the id in its manifest)</source>
        <translation>已安装同名的模型包；请重命名文件夹或 .zip（或清单中的 id）</translation>
    </message>
    <message>
        <source>there is no folder of this name in {path}</source>
        <translation>{path} 中没有这个名称的文件夹</translation>
    </message>
    <message>
        <source>it can be one of {names}</source>
        <translation>可选：{names}</translation>
    </message>
    <message>
        <source>the archive holds the pack {name}</source>
        <translation>压缩包中是模型包 {name}</translation>
    </message>
    <message>
        <source>a detector with five landmarks has {output_count} outputs, not {count}</source>
        <translation>带五个关键点的检测器应有 {output_count} 个输出，而不是 {count} 个</translation>
    </message>
    <message>
        <source>a detector has one float32 input 1x3xHxW</source>
        <translation>检测模型应有一个 1x3xHxW 的 float32 输入</translation>
    </message>
    <message>
        <source>its input {width}x{height} is not a multiple of {value}</source>
        <translation>输入 {width}x{height} 不是 {value} 的倍数</translation>
    </message>
    <message>
        <source>output {count} has {size} values of {dtype}, expected {expected} of float32</source>
        <translation>输出 {count} 有 {size} 个 {dtype} 值，应有 {expected} 个 float32 值</translation>
    </message>
    <message>
        <source>{provider}: {reason}</source>
        <translation>{provider}：{reason}</translation>
    </message>
    <message>
        <source>a cosine changed by {change}</source>
        <translation>有一个余弦值变化了 {change}</translation>
    </message>
    <message>
        <source>The packages for training are not installed.</source>
        <translation>未安装训练所需的软件包。</translation>
    </message>
    <message>
        <source>Run: {command}</source>
        <translation>请运行：{command}</translation>
    </message>
    <message>
        <source>not one of its pictures can be read</source>
        <translation>没有一张图片可以读取</translation>
    </message>
    <message>
        <source>its embeddings have {size} numbers, the pack's have {wanted}</source>
        <translation>其特征有 {size} 个数，模型包的有 {wanted} 个</translation>
    </message>
    <message>
        <source>its embeddings were made by {model}, the pack is {pack}</source>
        <translation>其特征由 {model} 生成，而模型包是 {pack}</translation>
    </message>
    <message>
        <source>it holds no embedding: no face was found in any picture</source>
        <translation>其中没有特征：所有图片中都没有找到人脸</translation>
    </message>
    <message>
        <source>it holds embeddings, and the network itself is trained on crops ('attendance embed --crops')</source>
        <translation>其中是特征，而网络本身要用人脸图训练（'attendance embed --crops'）</translation>
    </message>
    <message>
        <source>training: best step for the validation's people</source>
        <translation>训练：对验证人员最好的一步</translation>
    </message>
    <message>
        <source>general set: TAR at FAR {far}</source>
        <translation>其他人的照片：误识率 {far} 时的通过率</translation>
    </message>
    <message>
        <source>on people who were not trained on, no step was better than the pack as it is</source>
        <translation>在未参与训练的人员上，没有一步优于当前模型</translation>
    </message>
    <message>
        <source>{count} instead of {before} strangers' photographs get a name</source>
        <translation>被认作员工的陌生人照片由 {before} 张变为 {count} 张</translation>
    </message>
    <message>
        <source>there is no photograph to measure it with</source>
        <translation>没有可用来测量的照片</translation>
    </message>
    <message>
        <source>{backbone} gives {size} numbers, the pack's embeddings have {wanted}</source>
        <translation>{backbone} 给出 {size} 个数，模型包的特征有 {wanted} 个</translation>
    </message>
    <message>
        <source>it is not what the pack was exported from: on {count} pictures the smallest cosine between its embedding and the pack's is {cosine}, at least {least} is needed</source>
        <translation>模型包不是由它导出的：在 {count} 张图片上，其特征与模型包特征的最小余弦值为 {cosine}，至少需要 {least}</translation>
    </message>
    <message>
        <source>{cause}; give the options it was begun with, or another --work</source>
        <translation>{cause}；请使用开始时的选项，或另选 --work</translation>
    </message>
    <message>
        <source>it is not a checkpoint of a fine-tuning</source>
        <translation>不是微调的检查点</translation>
    </message>
    <message>
        <source>an adapter needs a recognizer with one float32 output</source>
        <translation>适配器需要一个只有一个 float32 输出的识别器</translation>
    </message>
    <message>
        <source>it is not a readable ONNX network</source>
        <translation>不是可读取的 ONNX 网络</translation>
    </message>
    <message>
        <source>it exists already; give the new pack another name</source>
        <translation>已存在；请为新模型包另取名称</translation>
    </message>
    <message>
        <source>{path} is absent</source>
        <translation>缺少 {path}</translation>
    </message>
    <message>
        <source>{count} of {total} photographs seem to be in the wrong folder; put them right first</source>
        <translation>{total} 张照片中有 {count} 张似乎放错了文件夹；请先更正</translation>
    </message>
    <message>
        <source>{count} people have two usable photographs, at least {least} are needed</source>
        <translation>有 {count} 人有两张可用照片，至少需要 {least} 人</translation>
    </message>
    <message>
        <source>it must hold other people than the staff, but {name} ({count} in all) is in both</source>
        <translation>其中必须是员工以外的人，但 {name}（共 {count} 人）两边都有</translation>
    </message>
    <message>
        <source>{count} photographs of {people} people are too few for the gate's general set; take about 300 people or more, {least} of them with two photographs</source>
        <translation>{people} 人的 {count} 张照片不够用作检验；请使用约 300 人或更多，其中 {least} 人各有两张照片</translation>
    </message>
    <message>
        <source>is {people_per_batch}, which {count} processes with {parts} parts each cannot share evenly</source>
        <translation>为 {people_per_batch}，{count} 个进程（每个分 {parts} 份）无法平均分配</translation>
    </message>
    <message>
        <source>the file of embeddings</source>
        <translation>特征文件</translation>
    </message>
    <message>
        <source>{source} is absent</source>
        <translation>缺少 {source}</translation>
    </message>
    <message>
        <source>it takes {value}, not crops of shape (B, 3, 112, 112)</source>
        <translation>输入为 {value}，而不是形状为 (B, 3, 112, 112) 的人脸图</translation>
    </message>
    <message>
        <source>its output is {shape} for two faces, expected (2, D)</source>
        <translation>两张人脸的输出为 {shape}，应为 (2, D)</translation>
    </message>
    <message>
        <source>it refused crops of 112x112 pixels</source>
        <translation>不接受 112x112 像素的人脸图</translation>
    </message>
    <message>
        <source>{path} cannot be read</source>
        <translation>无法读取 {path}</translation>
    </message>
    <message>
        <source>it has no operating point at FMR {fmr}</source>
        <translation>没有 FMR {fmr} 处的工作点</translation>
    </message>
    <message>
        <source>it is not the log of a run</source>
        <translation>不是一次运行的日志</translation>
    </message>
    <message>
        <source>is missing and has no default</source>
        <translation>缺失，且没有默认值</translation>
    </message>
    <message>
        <source>is {value}, but the run in {run} was begun with {begun}; use the same recipe and options, or another --out</source>
        <translation>为 {value}，但 {run} 中的运行开始时为 {begun}；请使用相同的配方和选项，或另选 --out</translation>
    </message>
    <message>
        <source>{label}: {cause}</source>
        <translation>{label}：{cause}</translation>
    </message>
    <message>
        <source>is another than this folder's sweep was begun with; take the same, or another --out</source>
        <translation>与此文件夹中的扫描开始时所用的不同；请使用相同的，或另选 --out</translation>
    </message>
    <message>
        <source>Bundled pack (MTCNN + MobileFaceNet)</source>
        <translation>内置模型包（MTCNN + MobileFaceNet）</translation>
    </message>
    <message>
        <source>Example of training (MTCNN + dense112_wide)</source>
        <translation>训练示例（MTCNN + dense112_wide）</translation>
    </message>
    <message>
        <source>MIT (training data not documented)</source>
        <translation>MIT 许可（训练数据未说明）</translation>
    </message>
    <message>
        <source>trained on research-only data, to be checked before commercial use</source>
        <translation>用仅限研究的数据训练，商用前须核查许可</translation>
    </message>
    <message>
        <source>non-commercial research only</source>
        <translation>仅限非商业研究</translation>
    </message>
    <message>
        <source>licence unknown</source>
        <translation>许可未知</translation>
    </message>
    <message>
        <source>a number is too long</source>
        <translation>有数字过长</translation>
    </message>
    <message>
        <source>detector.input_size is not [width, height] in multiples of 32</source>
        <translation>detector.input_size 不是 32 的倍数的 [宽, 高]</translation>
    </message>
    <message>
        <source>{key} {value} is unknown; known: {names}</source>
        <translation>{key} 的值 {value} 未知；已知：{names}</translation>
    </message>
    <message>
        <source>field type {kind} at byte {position}</source>
        <translation>字节 {position} 处的字段类型为 {kind}</translation>
    </message>
    <message>
        <source>field {number} at byte {position} is longer than its message</source>
        <translation>字节 {position} 处的字段 {number} 超出所在消息的长度</translation>
    </message>
    <message>
        <source>files has no checksum for {name}</source>
        <translation>files 中没有 {name} 的校验和</translation>
    </message>
    <message>
        <source>files names {name}, which is not a plain file name</source>
        <translation>files 中的 {name} 不是单纯的文件名</translation>
    </message>
    <message>
        <source>id {name} is not a plain name of at most {count} characters</source>
        <translation>id {name} 不是最多 {count} 个字符的普通名称</translation>
    </message>
    <message>
        <source>it is not a JSON object</source>
        <translation>它不是 JSON 对象</translation>
    </message>
    <message>
        <source>manifest_version is {version}, this program knows {known}</source>
        <translation>manifest_version 为 {version}，本程序支持 {known}</translation>
    </message>
    <message>
        <source>the file ends inside a number</source>
        <translation>文件在一个数字中间结束</translation>
    </message>
    <message>
        <source>{key} is neither true nor false</source>
        <translation>{key} 既不是 true 也不是 false</translation>
    </message>
    <message>
        <source>{key} is not a JSON object</source>
        <translation>{key} 不是 JSON 对象</translation>
    </message>
    <message>
        <source>{key} is not a SHA-256</source>
        <translation>{key} 不是 SHA-256</translation>
    </message>
    <message>
        <source>{key} is not a list</source>
        <translation>{key} 不是列表</translation>
    </message>
    <message>
        <source>{key} is not a number</source>
        <translation>{key} 不是数字</translation>
    </message>
    <message>
        <source>{key} is not a whole number from {low} to {high}</source>
        <translation>{key} 不是 {low} 到 {high} 之间的整数</translation>
    </message>
    <message>
        <source>{key} is not from {low} to {high}</source>
        <translation>{key} 不在 {low} 到 {high} 之间</translation>
    </message>
    <message>
        <source>{key} is not text</source>
        <translation>{key} 不是文本</translation>
    </message>
    <message>
        <source>{key} {value} is not a plain file name</source>
        <translation>{key} 的值 {value} 不是单纯的文件名</translation>
    </message>
    <message>
        <source>the certificate of {host} is not valid: {cause}</source>
        <translation>{host} 的证书无效：{cause}</translation>
    </message>
    <message>
        <source>{host} did not answer within {seconds} s</source>
        <translation>{host} 在 {seconds} 秒内没有应答</translation>
    </message>
    <message>
        <source>it does not keep entries</source>
        <translation>无法保存条目</translation>
    </message>
    <message>
        <source>it has no entry</source>
        <translation>没有条目</translation>
    </message>
    <message>
        <source>at least one [[points]] with a loss is needed</source>
        <translation>至少需要一个带损失函数的 [[points]]</translation>
    </message>
    <message>
        <source>margin_factor must be a whole number of at least 1, not {value}</source>
        <translation>margin_factor 必须是不小于 1 的整数，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a list of different values</source>
        <translation>必须是各不相同的值的列表</translation>
    </message>
    <message>
        <source>must be a list of whole numbers from 0</source>
        <translation>必须是从 0 起的整数的列表</translation>
    </message>
    <message>
        <source>must be a multiple of 32</source>
        <translation>必须是 32 的倍数</translation>
    </message>
    <message>
        <source>must be a text</source>
        <translation>必须是文本</translation>
    </message>
    <message>
        <source>must be false with copies, which are degraded already</source>
        <translation>使用 copies 时必须为 false，因为副本已经过劣化处理</translation>
    </message>
    <message>
        <source>must be {size}, the only one that {backbone} has</source>
        <translation>必须是 {size}，{backbone} 只有这一种</translation>
    </message>
    <message>
        <source>must be {what} from {low} to {high}, not {value}</source>
        <translation>必须是 {low} 到 {high} 之间的{what}，而不是 {value}</translation>
    </message>
    <message>
        <source>needs a loss with class centres; {loss} has none</source>
        <translation>需要有类中心的损失函数；{loss} 没有</translation>
    </message>
    <message>
        <source>of {loss}: {cause}</source>
        <translation>{loss} 的选项：{cause}</translation>
    </message>
    <message>
        <source>stands in [training] as well</source>
        <translation>在 [training] 中也有</translation>
    </message>
    <message>
        <source>sub_centers must be at least 1, not {value}</source>
        <translation>sub_centers 必须不小于 1，而不是 {value}</translation>
    </message>
    <message>
        <source>the recipe</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>train, validation and test must be together 1, not {total}</source>
        <translation>train、validation 和 test 之和必须为 1，而不是 {total}</translation>
    </message>
    <message>
        <source>unknown key</source>
        <translation>未知的设置项</translation>
    </message>
    <message>
        <source>unknown loss {name}; known: {names}</source>
        <translation>未知的损失函数 {name}；已知：{names}</translation>
    </message>
    <message>
        <source>unknown option {option} of {name}; known: {names}</source>
        <translation>{name} 没有选项 {option}；已知：{names}</translation>
    </message>
    <message>
        <source>{count} different ones are needed, or nothing is known of their spread</source>
        <translation>需要 {count} 个不同的值，否则无法得知其离散程度</translation>
    </message>
    <message>
        <source>{key} {reason}</source>
        <translation>{key} {reason}</translation>
    </message>
    <message>
        <source>{label} stands there twice</source>
        <translation>{label} 出现了两次</translation>
    </message>
    <message>
        <source>{loss}: a list is empty</source>
        <translation>{loss}：有列表为空</translation>
    </message>
    <message>
        <source>{name} must be in {limits}, not {value}</source>
        <translation>{name} 必须在 {limits} 之内，而不是 {value}</translation>
    </message>
    <message>
        <source>{name} must be one of {names}, not {value}</source>
        <translation>{name} 必须是以下之一：{names}，而不是 {value}</translation>
    </message>
    <message>
        <source>{value} is not one of {names}</source>
        <translation>{value} 不是以下之一：{names}</translation>
    </message>
    <message>
        <source>'{first}' and '{second}'</source>
        <translation>“{first}”和“{second}”</translation>
    </message>
    <message>
        <source>'{first}' and '{second}' (and {more} more)</source>
        <translation>“{first}”和“{second}”（另有 {more} 对）</translation>
    </message>
    <message>
        <source>a side is longer than {limit} px</source>
        <translation>有一边超过 {limit} 像素</translation>
    </message>
    <message>
        <source>an output changed by {change}</source>
        <translation>有一个输出变化了 {change}</translation>
    </message>
    <message>
        <source>at least two people with two photographs are needed</source>
        <translation>至少需要两个各有两张照片的人</translation>
    </message>
    <message>
        <source>at least two people with two photographs are needed to attack anybody</source>
        <translation>至少需要两个各有两张照片的人才能进行攻击</translation>
    </message>
    <message>
        <source>crop is not (n, 112, 112, 3) uint8 for n paths</source>
        <translation>crop 与 n 个路径不符，应为 (n, 112, 112, 3) 的 uint8</translation>
    </message>
    <message>
        <source>hints need a network of the DenseNet112 family</source>
        <translation>hints 需要 DenseNet112 系列的网络</translation>
    </message>
    <message>
        <source>in float16 an embedding keeps a cosine of {cosine}</source>
        <translation>改为 float16 后，有一个特征的余弦值只有 {cosine}</translation>
    </message>
    <message>
        <source>it begins in the middle of a record</source>
        <translation>它从一条记录的中间开始</translation>
    </message>
    <message>
        <source>it cannot be resumed ({error})</source>
        <translation>无法从它继续（{error}）</translation>
    </message>
    <message>
        <source>it has no array {names}</source>
        <translation>其中没有数组 {names}</translation>
    </message>
    <message>
        <source>it has no array {names}; 'attendance embed --crops' writes both</source>
        <translation>其中没有数组 {names}；“attendance embed --crops”会写入两者</translation>
    </message>
    <message>
        <source>it has no face</source>
        <translation>其中没有人脸</translation>
    </message>
    <message>
        <source>it has no picture that can be read</source>
        <translation>其中没有可以读取的图片</translation>
    </message>
    <message>
        <source>it has {blocks} blocks in its stages, more than the network with {wanted}</source>
        <translation>其各阶段的块数为 {blocks}，多于网络的 {wanted}</translation>
    </message>
    <message>
        <source>it has {width}x{height} pixels and is not an aligned face of {side}x{side}; run 'attendance embed FOLDER -o embeddings.npz --crops crops.npz' and train on crops.npz</source>
        <translation>大小为 {width}x{height} 像素，不是 {side}x{side} 的对齐人脸；请运行“attendance embed FOLDER -o embeddings.npz --crops crops.npz”，并用 crops.npz 训练</translation>
    </message>
    <message>
        <source>it holds Python objects that could run code, or is damaged; it was not opened</source>
        <translation>其中含有可能运行代码的 Python 对象，或已损坏；未打开</translation>
    </message>
    <message>
        <source>it holds no arrays</source>
        <translation>其中没有数组</translation>
    </message>
    <message>
        <source>it holds no crop: no face was found in any picture</source>
        <translation>其中没有人脸图：所有图片中都没有找到人脸</translation>
    </message>
    <message>
        <source>it holds no folder of a person with pictures in it</source>
        <translation>其中没有含图片的个人文件夹</translation>
    </message>
    <message>
        <source>it holds no photographs &lt;person&gt;/*.jpg; give their folder with --photos</source>
        <translation>其中没有照片 &lt;person&gt;/*.jpg；请用 --photos 给出照片所在的文件夹</translation>
    </message>
    <message>
        <source>it holds no pictures</source>
        <translation>其中没有图片</translation>
    </message>
    <message>
        <source>it holds no shard-*.npz files with aligned faces and teacher embeddings</source>
        <translation>其中没有含对齐人脸和教师网络特征的 shard-*.npz 文件</translation>
    </message>
    <message>
        <source>it holds no weights of a network</source>
        <translation>其中没有网络的权重</translation>
    </message>
    <message>
        <source>it holds one array, not arrays by name</source>
        <translation>其中只有一个数组，而不是按名称存放的多个数组</translation>
    </message>
    <message>
        <source>at least 2 people are needed, and it holds {count}</source>
        <translation>至少需要 2 人，其中只有 {count} 人</translation>
    </message>
    <message>
        <source>it is a damaged picture</source>
        <translation>图片已损坏</translation>
    </message>
    <message>
        <source>it is another kind of archive, perhaps a torch file, and was not opened</source>
        <translation>它是另一种压缩包，可能是 torch 文件，未打开</translation>
    </message>
    <message>
        <source>it is damaged or not a picture</source>
        <translation>已损坏，或不是图片</translation>
    </message>
    <message>
        <source>it is damaged; take another folder</source>
        <translation>已损坏；请换一个文件夹</translation>
    </message>
    <message>
        <source>it is for another network or other hints ({error})</source>
        <translation>它属于另一个网络或使用了其他 hints（{error}）</translation>
    </message>
    <message>
        <source>it is for another network than a DenseNet112 of three stages</source>
        <translation>它不属于三个阶段的 DenseNet112 网络</translation>
    </message>
    <message>
        <source>it is for another network: missing {missing}; unknown {unknown}</source>
        <translation>它属于另一个网络：缺少 {missing}；未知 {unknown}</translation>
    </message>
    <message>
        <source>it is for another network: missing {names}</source>
        <translation>它属于另一个网络：缺少 {names}</translation>
    </message>
    <message>
        <source>it is for another network: unknown {names}</source>
        <translation>它属于另一个网络：未知 {names}</translation>
    </message>
    <message>
        <source>it is in no person's folder, so nobody knows who it shows</source>
        <translation>它不在任何人的文件夹中，无法知道拍的是谁</translation>
    </message>
    <message>
        <source>it is not a file of labels; delete it to have it made anew</source>
        <translation>它不是标注文件；删除后会重新生成</translation>
    </message>
    <message>
        <source>it is not a readable picture</source>
        <translation>不是可读取的图片</translation>
    </message>
    <message>
        <source>it is not a report of 'attendance-train robustness'</source>
        <translation>它不是“attendance-train robustness”的报告</translation>
    </message>
    <message>
        <source>it is not a state dict: a mapping from parameter names to tensors</source>
        <translation>它不是 state dict，即从参数名到张量的映射</translation>
    </message>
    <message>
        <source>it is not a whole .npz file</source>
        <translation>它不是完整的 .npz 文件</translation>
    </message>
    <message>
        <source>it is not a whole torch file ({error})</source>
        <translation>它不是完整的 torch 文件（{error}）</translation>
    </message>
    <message>
        <source>it is not about {model_id}</source>
        <translation>其内容与 {model_id} 无关</translation>
    </message>
    <message>
        <source>it is not an ONNX detector that takes 1x3x{height}x{width}</source>
        <translation>它不是输入为 1x3x{height}x{width} 的 ONNX 检测模型</translation>
    </message>
    <message>
        <source>it is not an index: it holds more than text</source>
        <translation>它不是索引：其中不只有文本</translation>
    </message>
    <message>
        <source>it is not readable; remove the folder to label anew</source>
        <translation>无法读取；删除该文件夹后会重新标注</translation>
    </message>
    <message>
        <source>it is not the description of a sweep</source>
        <translation>它不是扫描的说明</translation>
    </message>
    <message>
        <source>it is of another network (other layers)</source>
        <translation>它属于另一个网络（层不同）</translation>
    </message>
    <message>
        <source>it is of another network (other sizes)</source>
        <translation>它属于另一个网络（大小不同）</translation>
    </message>
    <message>
        <source>it is pickled or not an .npz file, and was not opened</source>
        <translation>它是 pickle 数据，或不是 .npz 文件，未打开</translation>
    </message>
    <message>
        <source>it is the state of another network</source>
        <translation>它是另一个网络的状态</translation>
    </message>
    <message>
        <source>it is too short for a picture</source>
        <translation>它太短，不可能是图片</translation>
    </message>
    <message>
        <source>it lacks {names}</source>
        <translation>其中缺少 {names}</translation>
    </message>
    <message>
        <source>it names nobody of the embeddings</source>
        <translation>其中没有特征文件中的任何人</translation>
    </message>
    <message>
        <source>it was begun with another pack, network, other photographs or another division</source>
        <translation>开始时用的是另一个模型包、网络、其他照片或其他划分</translation>
    </message>
    <message>
        <source>its arrays are not of the shapes and types of a shard</source>
        <translation>其数组的形状和类型与分片不符</translation>
    </message>
    <message>
        <source>its arrays have different lengths</source>
        <translation>其数组长度不一</translation>
    </message>
    <message>
        <source>its crops are {dtype} of shape {shape}, not uint8 (n, 112, 112, 3)</source>
        <translation>其人脸图为 {dtype}，形状 {shape}，而不是 uint8 (n, 112, 112, 3)</translation>
    </message>
    <message>
        <source>its embeddings are not of unit length</source>
        <translation>其特征不是单位长度</translation>
    </message>
    <message>
        <source>its embeddings hold values that are not finite</source>
        <translation>其特征中含非有限值</translation>
    </message>
    <message>
        <source>its first line announces {wanted} pairs, but {count} lines follow</source>
        <translation>第一行说有 {wanted} 对，但后面有 {count} 行</translation>
    </message>
    <message>
        <source>its first record does not say where pictures end</source>
        <translation>其第一条记录没有说明图片到哪里结束</translation>
    </message>
    <message>
        <source>its first record has no header</source>
        <translation>其第一条记录没有头部</translation>
    </message>
    <message>
        <source>its first record is damaged: {cause}</source>
        <translation>其第一条记录已损坏：{cause}</translation>
    </message>
    <message>
        <source>its hints have shapes {shapes}, the network's stages need heights and widths {sides}</source>
        <translation>其 hints 的形状为 {shapes}，网络各阶段需要的高和宽为 {sides}</translation>
    </message>
    <message>
        <source>its label {label} is not a number of a person</source>
        <translation>其标签 {label} 不是人员序号</translation>
    </message>
    <message>
        <source>its last part is missing</source>
        <translation>缺少其最后一部分</translation>
    </message>
    <message>
        <source>its outputs are not the nine of SCRFD</source>
        <translation>其输出不是 SCRFD 的九个输出</translation>
    </message>
    <message>
        <source>its picture in the shard is damaged</source>
        <translation>其在分片中的图片已损坏</translation>
    </message>
    <message>
        <source>its picture offsets are inconsistent</source>
        <translation>其图片偏移量前后矛盾</translation>
    </message>
    <message>
        <source>its run was begun with other pictures; take those, or another folder</source>
        <translation>此次运行开始时用的是其他图片；请使用那些图片，或另选文件夹</translation>
    </message>
    <message>
        <source>its shards come from teachers of different sizes</source>
        <translation>其分片来自大小不同的教师网络</translation>
    </message>
    <message>
        <source>its teacher embeddings are not of unit length</source>
        <translation>其中教师网络的特征不是单位长度</translation>
    </message>
    <message>
        <source>its value {name} is not a map of features</source>
        <translation>其中的值 {name} 不是特征图</translation>
    </message>
    <message>
        <source>its views were made of {found}, not of {wanted}; remove it to label anew</source>
        <translation>其中的视图由 {found} 生成，而不是 {wanted}；删除后会重新标注</translation>
    </message>
    <message>
        <source>its {pairs} pairs of two people are too few for a false accept rate of {far}, which needs {needed}; take more people, a larger share or a larger 'far'</source>
        <translation>其中 {pairs} 个不同人的照片对不够用于误识率 {far}，需要 {needed} 个；请增加人数、提高比例或增大“far”</translation>
    </message>
    <message>
        <source>line 1: at least 2 folds and 1 pair are needed</source>
        <translation>第 1 行：至少需要 2 折和 1 对</translation>
    </message>
    <message>
        <source>line 1: the number of folds and of pairs is expected, like '10 300', not {text}</source>
        <translation>第 1 行：应为折数和对数，例如“10 300”，而不是 {text}</translation>
    </message>
    <message>
        <source>line {line} is not a key, a tab and a position</source>
        <translation>第 {line} 行不是键、制表符和位置</translation>
    </message>
    <message>
        <source>line {line}: a person and a group are expected</source>
        <translation>第 {line} 行：应有一个人和一个组</translation>
    </message>
    <message>
        <source>line {line}: the embeddings lack photograph {index} of {name}</source>
        <translation>第 {line} 行：特征中缺少 {name} 的照片 {index}</translation>
    </message>
    <message>
        <source>line {line}: the embeddings lack the person {name}</source>
        <translation>第 {line} 行：特征中没有 {name} 这个人</translation>
    </message>
    <message>
        <source>line {line}: {form} is expected, not {text}</source>
        <translation>第 {line} 行：应为 {form}，而不是 {text}</translation>
    </message>
    <message>
        <source>line {line}: {form} needs whole numbers for i and j</source>
        <translation>第 {line} 行：{form} 中的 i 和 j 应为整数</translation>
    </message>
    <message>
        <source>line {line}: {name} has several photographs {index}</source>
        <translation>第 {line} 行：{name} 有多张编号为 {index} 的照片</translation>
    </message>
    <message>
        <source>line {line}: {person} is in two groups</source>
        <translation>第 {line} 行：{person} 属于两个组</translation>
    </message>
    <message>
        <source>line {line}: {text} is not a pair of this kind</source>
        <translation>第 {line} 行：{text} 不是这一类的对</translation>
    </message>
    <message>
        <source>no record begins where the index says</source>
        <translation>索引所指的位置没有记录开始</translation>
    </message>
    <message>
        <source>none of its {count} records is whole</source>
        <translation>其 {count} 条记录中没有一条是完整的</translation>
    </message>
    <message>
        <source>only one person with {count} photographs falls into the part '{part}'</source>
        <translation>只有一个有 {count} 张照片的人被分到“{part}”部分</translation>
    </message>
    <message>
        <source>only {count} held-back crops have a UTKFace name</source>
        <translation>留出的人脸图中只有 {count} 张带有 UTKFace 名称</translation>
    </message>
    <message>
        <source>output has shape {shape} for a batch of {batch}, not (B, {embedding_size})</source>
        <translation>批大小为 {batch} 时输出形状为 {shape}，而不是 (B, {embedding_size})</translation>
    </message>
    <message>
        <source>outputs {shapes} at {width}x{height} are not SCRFD's</source>
        <translation>{width}x{height} 时的输出 {shapes} 不是 SCRFD 的输出</translation>
    </message>
    <message>
        <source>path and crop do not fit together</source>
        <translation>path 与 crop 不相符</translation>
    </message>
    <message>
        <source>path, status and embedding do not fit together</source>
        <translation>path、status 与 embedding 不相符</translation>
    </message>
    <message>
        <source>the adapter needs neither --checkpoint nor --work: give --train last-stage or all</source>
        <translation>适配器不需要 --checkpoint 和 --work：请给出 --train last-stage 或 all</translation>
    </message>
    <message>
        <source>the faces</source>
        <translation>人脸数据</translation>
    </message>
    <message>
        <source>the file ends before it</source>
        <translation>文件在它之前就结束了</translation>
    </message>
    <message>
        <source>the file ends inside of it</source>
        <translation>文件在它中间结束</translation>
    </message>
    <message>
        <source>the pack's manifest has no operating point; calibrate it</source>
        <translation>模型包的清单中没有工作点；请先校准</translation>
    </message>
    <message>
        <source>the part '{part}'</source>
        <translation>“{part}”部分</translation>
    </message>
    <message>
        <source>the people</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>the reference detector found no face in any held-back photograph</source>
        <translation>参考检测模型在留出的照片中没有找到任何人脸</translation>
    </message>
    <message>
        <source>the reference detector found no face in any photograph to train on</source>
        <translation>参考检测模型在训练用的照片中没有找到任何人脸</translation>
    </message>
    <message>
        <source>the shards</source>
        <translation>分片</translation>
    </message>
    <message>
        <source>the teacher</source>
        <translation>教师网络</translation>
    </message>
    <message>
        <source>the teacher computes no value named {name}</source>
        <translation>教师网络中没有名为 {name} 的值</translation>
    </message>
    <message>
        <source>the teacher gives {shape} for two faces, the shards need (2, {embedding_size})</source>
        <translation>教师网络对两张人脸的输出为 {shape}，分片需要 (2, {embedding_size})</translation>
    </message>
    <message>
        <source>the teacher is not a readable ONNX network</source>
        <translation>教师网络不是可读取的 ONNX 网络</translation>
    </message>
    <message>
        <source>the teacher is not the one that labelled the shards (median cosine {cosine})</source>
        <translation>教师网络不是标注这些分片的那一个（余弦值中位数 {cosine}）</translation>
    </message>
    <message>
        <source>the teacher refuses two crops of {side}x{side} pixels</source>
        <translation>教师网络不接受两张 {side}x{side} 像素的人脸图</translation>
    </message>
    <message>
        <source>the teacher takes {shape}, not crops of shape (B, 3, {side}, {side})</source>
        <translation>教师网络的输入为 {shape}，而不是形状为 (B, 3, {side}, {side}) 的人脸图</translation>
    </message>
    <message>
        <source>their teacher has {size} dimensions, the network {wanted}</source>
        <translation>其教师网络有 {size} 维，而网络有 {wanted} 维</translation>
    </message>
    <message>
        <source>there is no such file; the index must lie beside the .rec file</source>
        <translation>没有这个文件；索引必须与 .rec 文件放在一起</translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation>没有这个文件夹</translation>
    </message>
    <message>
        <source>these views are damaged; remove the folder to label anew</source>
        <translation>这些视图已损坏；删除该文件夹后会重新标注</translation>
    </message>
    <message>
        <source>with {count} of them nobody falls into the part '{part}' of {share}; take more people or another share</source>
        <translation>共 {count} 人时，没有人被分到占 {share} 的“{part}”部分；请增加人数或改变比例</translation>
    </message>
    <message>
        <source>{count} crops for training and {held_back} held back are too few for a batch of {batch}</source>
        <translation>{count} 张训练用人脸图和 {held_back} 张留出的人脸图不够一批 {batch} 张</translation>
    </message>
    <message>
        <source>too few people are held out for validation: {count}, and at least 2 are needed; take more people or a larger share</source>
        <translation>留出用于验证的人太少：{count} 人，至少需要 2 人；请增加人数或提高比例</translation>
    </message>
    <message>
        <source>{count} people have two photographs or more, a batch needs {needed}</source>
        <translation>有 {count} 人有两张或更多照片，每批需要 {needed} 人</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} 等，另有 {count} 个</translation>
    </message>
    <message>
        <source>{name} has shape {shape}, the network needs {wanted}</source>
        <translation>{name} 的形状为 {shape}，网络需要 {wanted}</translation>
    </message>
    <message>
        <source>{name} holds values that are not finite</source>
        <translation>{name} 中含非有限值</translation>
    </message>
    <message>
        <source>{name} is not a name of a pack: letters, digits, '-', '_' and single dots</source>
        <translation>{name} 不是模型包名称：只能含字母、数字、“-”、“_”和单个的点</translation>
    </message>
    <message>
        <source>{name} is {dtype}, not float32</source>
        <translation>{name} 为 {dtype}，而不是 float32</translation>
    </message>
    <message>
        <source>{name} is {kind}, not a tensor of numbers with fractions</source>
        <translation>{name} 为 {kind}，而不是浮点数张量</translation>
    </message>
    <message>
        <source>{name} was {before} and is {now} now</source>
        <translation>{name} 原为 {before}，现为 {now}</translation>
    </message>
    <message>
        <source>{option}: {cause}</source>
        <translation>{option}：{cause}</translation>
    </message>
    <message>
        <source>{pairs} pairs of two people give no threshold, {least} are needed; give more photographs or --threshold</source>
        <translation>{pairs} 个不同人的照片对无法得出阈值，需要 {least} 个；请提供更多照片或给出 --threshold</translation>
    </message>
    <message>
        <source>{people} are probably the same person: {picture} and {other} are the same picture; put their pictures together or remove one</source>
        <translation>{people}可能是同一个人：{picture} 和 {other} 是同一张图片；请把他们的图片合在一起，或删除其中之一</translation>
    </message>
    <message>
        <source>{photo} is not in a person's folder</source>
        <translation>{photo} 不在个人文件夹中</translation>
    </message>
    <message>
        <source>it is for another network: it has {count} arrays, the network needs {needed}</source>
        <translation>它属于另一个网络：有 {count} 个数组，本网络需要 {needed} 个</translation>
    </message>
    <message>
        <source>it is not a TFLite file</source>
        <translation>它不是 TFLite 文件</translation>
    </message>
    <message>
        <source>it is damaged ({kind})</source>
        <translation>它已损坏（{kind}）</translation>
    </message>
    <message>
        <source>a convolution has a built-in activation, which no network here knows</source>
        <translation>某个卷积带有内置激活函数，这里的网络都没有</translation>
    </message>
    <message>
        <source>{name} has weights, which no network here knows</source>
        <translation>{name} 带有权重，这里的网络都没有</translation>
    </message>
    <message>
        <source>MUL is not part of a PReLU, which no network here knows</source>
        <translation>MUL 不是 PReLU 的一部分，这里的网络都没有</translation>
    </message>
    <message>
        <source>{name} is quantised or in half precision; only float32 is read</source>
        <translation>{name} 已量化或为半精度；只能读取 float32</translation>
    </message>
    <message>
        <source>{count} people are known only to the recognizer of an earlier version, so it stays in use: {names}.</source>
        <translation>有 {count} 人只有旧版本的识别模型认识，因此继续使用旧模型：{names}。</translation>
    </message>
    <message>
        <source>Enrol them again with new photographs; the new recognizer takes over at the next start after that.</source>
        <translation>请用新照片重新登记这些人；之后下次启动时改用新模型。</translation>
    </message>
    <message>
        <source>removed: entry {number} comes next</source>
        <translation>已删除：其后是第 {number} 条记录</translation>
    </message>
    <message>
        <source>added before the first entry</source>
        <translation>在第一条记录之前添加</translation>
    </message>
    <message>
        <source>changed: it holds values of another type</source>
        <translation>已更改：其中有其他类型的值</translation>
    </message>
    <message>
        <source>changed: it does not fit its hash</source>
        <translation>已更改：与其哈希值不符</translation>
    </message>
    <message>
        <source>moved: entry {number} stands in its place</source>
        <translation>已移动：该位置上是第 {number} 条记录</translation>
    </message>
    <message>
        <source>changed: it is not chained to the beginning</source>
        <translation>已更改：没有与开头相连</translation>
    </message>
    <message>
        <source>replaced: entry {number} was chained to another one</source>
        <translation>已替换：第 {number} 条记录原先连接的是另一条</translation>
    </message>
    <message>
        <source>removed from the end: the head knows {count} entries</source>
        <translation>末尾被删除：链头文件记有 {count} 条记录</translation>
    </message>
    <message>
        <source>replaced: the head knows another entry of this number, so this one or earlier ones were written anew</source>
        <translation>已替换：链头文件记有该编号的另一条记录，因此这一条或更早的记录被重写过</translation>
    </message>
    <message>
        <source>not the head of an audit log</source>
        <translation>不是审计日志的链头文件</translation>
    </message>
    <message>
        <source>a head of another version</source>
        <translation>链头文件属于其他版本</translation>
    </message>
    <message>
        <source>the head was changed, or belongs to another key</source>
        <translation>链头文件被更改过，或属于另一个密钥</translation>
    </message>
    <message>
        <source>the head {path} is missing</source>
        <translation>缺少链头文件 {path}</translation>
    </message>
    <message>
        <source>the head {path} is no use: {cause}</source>
        <translation>链头文件 {path} 无法使用：{cause}</translation>
    </message>
    <message>
        <source>the check-in {id} was moved</source>
        <translation>打卡 {id} 被移动</translation>
    </message>
    <message>
        <source>the check-in {id} was removed</source>
        <translation>打卡 {id} 被删除</translation>
    </message>
    <message>
        <source>the check-in {id} was changed</source>
        <translation>打卡 {id} 被更改</translation>
    </message>
    <message>
        <source>the check-in {id} was given to another person</source>
        <translation>打卡 {id} 被改归他人</translation>
    </message>
    <message>
        <source>the check-in {id} was added past the log</source>
        <translation>打卡 {id} 是绕过日志添加的</translation>
    </message>
    <message>
        <source>the correction {id} was removed</source>
        <translation>更正 {id} 被删除</translation>
    </message>
    <message>
        <source>the correction {id} was changed</source>
        <translation>更正 {id} 被更改</translation>
    </message>
    <message>
        <source>the correction {id} was added past the log</source>
        <translation>更正 {id} 是绕过日志添加的</translation>
    </message>
    <message>
        <source>the tables were put back to what they held before</source>
        <translation>数据表被恢复成了更早的内容</translation>
    </message>
    <message>
        <source>a kept timesheet of {day} was changed past the log</source>
        <translation>{day} 的一份已保存工时表被绕过日志更改</translation>
    </message>
    <message>
        <source>an anchor of another version</source>
        <translation>锚点文件的版本不同</translation>
    </message>
    <message>
        <source>in the table {table}, row {row} was added past the log</source>
        <translation>数据表 {table} 的第 {row} 行是绕过日志添加的</translation>
    </message>
    <message>
        <source>in the table {table}, row {row} was changed past the log</source>
        <translation>数据表 {table} 的第 {row} 行被绕过日志更改</translation>
    </message>
    <message>
        <source>in the table {table}, row {row} was removed past the log</source>
        <translation>数据表 {table} 的第 {row} 行被绕过日志删除</translation>
    </message>
    <message>
        <source>not an anchor of an audit log</source>
        <translation>不是审计日志的锚点文件</translation>
    </message>
    <message>
        <source>not sealed by this site: it was written without the key, or its seal was changed</source>
        <translation>没有本站点的封印：它是在没有密钥的情况下写入的，或其封印被更改</translation>
    </message>
    <message>
        <source>rows of the table {table} were changed, added or removed past the log</source>
        <translation>数据表 {table} 中有行被绕过日志更改、添加或删除</translation>
    </message>
    <message>
        <source>the anchor knows another entry {count}: this log was written anew, or is that of another folder</source>
        <translation>锚点记录的第 {count} 条不同：此日志被重写过，或属于另一个文件夹</translation>
    </message>
    <message>
        <source>the anchor knows {count} entries, and this log has {found}: it is an older copy, or its end was cut off</source>
        <translation>锚点记录了 {count} 条，而此日志只有 {found} 条：这是较旧的副本，或末尾被截断</translation>
    </message>
    <message>
        <source>the anchor {path} is no use: {cause}</source>
        <translation>锚点文件 {path} 无法使用：{cause}</translation>
    </message>
    <message>
        <source>the check-in {id} lost its person, and nobody was erased</source>
        <translation>打卡 {id} 失去了所属人员，但并没有人被删除</translation>
    </message>
    <message>
        <source>the counter of ids of the table {table} was changed</source>
        <translation>数据表 {table} 的编号计数器被更改</translation>
    </message>
    <message>
        <source>the seals of stored rows were changed</source>
        <translation>已存数据行的封印被更改</translation>
    </message>
    <message>
        <source>the structure of the tables was changed past the log</source>
        <translation>数据表的结构被绕过日志更改</translation>
    </message>
    <message>
        <source>the table {table} is missing</source>
        <translation>缺少数据表 {table}</translation>
    </message>
    <message>
        <source>the table {table} was changed</source>
        <translation>数据表 {table} 被更改</translation>
    </message>
    <message>
        <source>the tables were sealed for another log, or for another moment of this one</source>
        <translation>数据表的封印属于另一份日志，或属于此日志的另一时刻</translation>
    </message>
    <message>
        <source>what the tables hold is not sealed with the key of this site, or the seal was changed</source>
        <translation>数据表的内容没有用本站点的密钥封印，或封印被更改</translation>
    </message>
    <message>
        <source>{name} is a trigger or view that is not of this program</source>
        <translation>{name} 是一个不属于本程序的触发器或视图</translation>
    </message>
    <message>
        <source>a step of the correction {id} was changed, moved or removed</source>
        <translation>更正 {id} 的一个步骤被更改、移动或删除</translation>
    </message>
    <message>
        <source>a step of a correction was added past the log</source>
        <translation>某项更正的一个步骤是绕过日志添加的</translation>
    </message>
    <message>
        <source>check-ins that lost their person: {count}; check-ins of people who were erased: {erased}</source>
        <translation>{count} 次打卡失去了所属人员，而已清除人员的打卡为 {erased} 次</translation>
    </message>
    <message>
        <source>{count} MB</source>
        <translation>{count} 兆字节</translation>
    </message>
    <message>
        <source>{count} megapixels</source>
        <translation>{count} 百万像素</translation>
    </message>
    <message>
        <source>{width} x {height} pixels</source>
        <translation>{width} x {height} 像素</translation>
    </message>
    <message>
        <source>undone at the kiosk</source>
        <translation>在考勤机上撤销</translation>
    </message>
    <message>
        <source>that's not me</source>
        <translation>不是我</translation>
    </message>
    <message>
        <source>forgot to check out</source>
        <translation>忘记下班打卡</translation>
    </message>
    <message>
        <source>mean is a pixel value, 0 to 255</source>
        <translation>均值（mean）是像素值，应为 0 到 255</translation>
    </message>
    <message>
        <source>std is a number above 0, at most 1000</source>
        <translation>标准差（std）应大于 0，且不超过 1000</translation>
    </message>
    <message>
        <source>the colour order is one of {names}</source>
        <translation>颜色顺序应为 {names} 之一</translation>
    </message>
    <message>
        <source>the side is from {low} to {high} pixels</source>
        <translation>边长应为 {low} 到 {high} 像素</translation>
    </message>
    <message>
        <source>a recognizer has one float32 input (N, 3, side, side); here: {names}</source>
        <translation>识别模型应有一个 float32 输入 (N, 3, 边长, 边长)；此处为：{names}</translation>
    </message>
    <message>
        <source>its input is {shape}, which is not square</source>
        <translation>输入为 {shape}，不是正方形</translation>
    </message>
    <message>
        <source>a recognizer has one output (N, D) with D from {low} to {high}; here: {names}</source>
        <translation>识别模型应有一个输出 (N, D)，D 为 {low} 到 {high}；此处为：{names}</translation>
    </message>
    <message>
        <source>it comes with the program and stays as it is</source>
        <translation>它随程序提供，保持不变</translation>
    </message>
    <message>
        <source>photographs of {count} people are kept, and at least {needed} are needed</source>
        <translation>只保留了 {count} 人的照片，至少需要 {needed} 人</translation>
    </message>
    <message>
        <source>it gives nearly the same answer for everybody</source>
        <translation>它对每个人给出的结果几乎相同</translation>
    </message>
    <message>
        <source>The model pack {pack} was not calibrated: {reason}.</source>
        <translation>模型包 {pack} 未校准：{reason}。</translation>
    </message>
    <message>
        <source>Keep photographs when people are enrolled (page System), and enrol more people.</source>
        <translation>登记人员时请保留照片（“系统”页），并登记更多人员。</translation>
    </message>
    <message>
        <source>there is no version {number}</source>
        <translation>没有版本 {number}</translation>
    </message>
    <message>
        <source>the file has a side of {found} pixels, not {side}</source>
        <translation>文件的边长为 {found} 像素，不是 {side}</translation>
    </message>
    <message>
        <source>the file does not say how large its input is; the side must be given</source>
        <translation>文件没有说明输入的大小，必须给出边长</translation>
    </message>
    <message>
        <source>Check its files on the page Models, or with 'attendance models verify'.</source>
        <translation>请在“模型”页面检查其文件，或运行“attendance models verify”。</translation>
    </message>
    <message>
        <source>The page Models, or 'attendance models list', shows the installed packs; 'attendance models use bundled' goes back to the one that comes with the program.</source>
        <translation>“模型”页面或“attendance models list”会列出已安装的模型包；“attendance models use bundled”可改回随程序提供的模型包。</translation>
    </message>
    <message>
        <source>Try again to go on where it stopped, or fetch the file elsewhere and import it.</source>
        <translation>再试一次即可从中断处继续，或在别处获取文件后导入。</translation>
    </message>
    <message>
        <source>The page Models, or 'attendance models shadow', shows what is in use and what is prepared.</source>
        <translation>“模型”页面或“attendance models shadow”会显示正在使用和已准备的模型。</translation>
    </message>
    <message>
        <source>No model pack {pack} can be made of the file: {reason}</source>
        <translation>无法用该文件制作模型包 {pack}：{reason}</translation>
    </message>
    <message>
        <source>Give another value; nothing was installed.</source>
        <translation>请换一个值；没有安装任何内容。</translation>
    </message>
    <message>
        <source>another pack of this name is installed</source>
        <translation>已安装了另一个同名的模型包</translation>
    </message>
    <message>
        <source>carried over from {model} with {photographs} photographs of {people} people</source>
        <translation>用 {people} 人的 {photographs} 张照片由 {model} 推算</translation>
    </message>
    <message>
        <source>InsightFace releases its models, however obtained, for non-commercial research purposes only; a company's attendance system is not that. Ask InsightFace for a commercial licence.</source>
        <translation>InsightFace 发布的模型，无论以何种方式取得，都只能用于非商业研究；公司的考勤系统不属于此类。请向 InsightFace 申请商业许可。</translation>
    </message>
    <message>
        <source>LFW-dev: 4,068 press photographs of 1,526 people, never used in training here</source>
        <translation>LFW-dev：1,526 人的 4,068 张新闻照片，从未用于此处的训练</translation>
    </message>
    <message>
        <source>LFW-dev: 4,068 press photographs of 1,526 people, never used in training</source>
        <translation>LFW-dev：1,526 人的 4,068 张新闻照片，从未用于训练</translation>
    </message>
    <message>
        <source>the side is a number of pixels</source>
        <translation>边长是像素数</translation>
    </message>
    <message>
        <source>its input has a side of {found} pixels; that of a recognizer has {low} to {high}</source>
        <translation>它的输入边长为 {found} 像素；识别模型的边长为 {low} 到 {high}</translation>
    </message>
    <message>
        <source>its thresholds were never measured; calibrate it first</source>
        <translation>其阈值从未测量过；请先校准</translation>
    </message>
    <message>
        <source>its calibration does not reach the rate that {people} people need</source>
        <translation>其校准范围达不到 {people} 人所需的比率</translation>
    </message>
    <message>
        <source>one face takes {ms} milliseconds on this computer, at most {most} are good for a door</source>
        <translation>在这台电脑上每张人脸需要 {ms} 毫秒，门口最多适合 {most} 毫秒</translation>
    </message>
    <message>
        <source>of {asked} photographs of your people it recognises {after}, the one in use {before}</source>
        <translation>在您的人员的 {asked} 张照片中，它识别出 {after} 张，正在使用的识别出 {before} 张</translation>
    </message>
    <message>
        <source>{after} photographs of your people are taken for somebody else, {before} with the one in use</source>
        <translation>您的人员的 {after} 张照片被认成别人，正在使用的为 {before} 张</translation>
    </message>
    <message>
        <source>{name} would harm the door: {problems}</source>
        <translation>{name} 会使门口的识别变差：{problems}</translation>
    </message>
    <message>
        <source>How many strangers get a name with {pack} was not measured for a roster of {people}.</source>
        <translation>未测量过在使用 {pack} 且有 {people} 人时会有多少陌生人被认成员工。</translation>
    </message>
    <message>
        <source>Calibrate it (page Models, or 'attendance models calibrate'), or choose another security level.</source>
        <translation>请校准它（“模型”页，或 attendance models calibrate），或选择其他安全级别。</translation>
    </message>
    <message>
        <source>Whether the training found anything that also helps people it did not see.</source>
        <translation>训练是否找到了对未见过的人也有帮助的东西。</translation>
    </message>
    <message>
        <source>after 0</source>
        <translation>大于 0</translation>
    </message>
    <message>
        <source>strangers given a name at the door</source>
        <translation>在门口被认成员工的陌生人</translation>
    </message>
    <message>
        <source>Photographs of outsiders that would get a colleague's name at your door.</source>
        <translation>外人的照片中，会在您门口被认成同事的。</translation>
    </message>
    <message>
        <source>{count} photographs of strangers cannot tell a change of {points} points; {needed} are needed</source>
        <translation>{count} 张陌生人照片看不出 {points} 个百分点的变化；需要 {needed} 张</translation>
    </message>
    <message>
        <source>{points} points more strangers may get a name</source>
        <translation>被认成员工的陌生人可能多 {points} 个百分点</translation>
    </message>
    <message>
        <source>at most {points} point more, surely</source>
        <translation>确定最多多 {points} 个百分点</translation>
    </message>
    <message>
        <source>gain: the staff's photographs, not trained on, at the same rate of strangers</source>
        <translation>收益：未参与训练的员工照片，在相同的陌生人比率下</translation>
    </message>
    <message>
        <source>Whether more photographs of your people are recognised, with as many outsiders refused as before.</source>
        <translation>在拒绝同样多外人的情况下，是否能认出您的人员更多的照片。</translation>
    </message>
    <message>
        <source>no gain is shown: it may be chance</source>
        <translation>没有显示出收益：可能只是偶然</translation>
    </message>
    <message>
        <source>nothing changed</source>
        <translation>没有变化</translation>
    </message>
    <message>
        <source>more, surely</source>
        <translation>确定更多</translation>
    </message>
    <message>
        <source>staff not trained on, at the same rate of strangers</source>
        <translation>未参与训练的员工，在相同的陌生人比率下</translation>
    </message>
    <message>
        <source>Whether colleagues whom the training did not see, such as those enrolled later, are recognised as before.</source>
        <translation>训练没有见过的同事（例如以后登记的人）是否仍和以前一样能被认出。</translation>
    </message>
    <message>
        <source>not fewer, surely</source>
        <translation>确定不会更少</translation>
    </message>
    <message>
        <source>staff named rightly at the door</source>
        <translation>在门口被正确认出的员工</translation>
    </message>
    <message>
        <source>Photographs of your people that get the right name at your door, as it decides today.</source>
        <translation>按您门口现在的判定，您的人员被正确认出的照片。</translation>
    </message>
    <message>
        <source>{points} points fewer may be named</source>
        <translation>被认出的可能少 {points} 个百分点</translation>
    </message>
    <message>
        <source>at most {points} points fewer, surely</source>
        <translation>确定最多少 {points} 个百分点</translation>
    </message>
    <message>
        <source>staff taken for a colleague, everybody</source>
        <translation>被认成同事的员工（所有人）</translation>
    </message>
    <message>
        <source>Photographs of one colleague that would be booked for another.</source>
        <translation>一位同事的照片会记到另一位名下的。</translation>
    </message>
    <message>
        <source>{count} more photographs of staff get a colleague's name</source>
        <translation>又有 {count} 张员工照片被认成同事</translation>
    </message>
    <message>
        <source>at most one photograph more</source>
        <translation>最多多一张照片</translation>
    </message>
    <message>
        <source>each person's photographs, everybody</source>
        <translation>每个人的照片（所有人）</translation>
    </message>
    <message>
        <source>Whether any single person would be recognised less than before.</source>
        <translation>是否有人比以前更难被认出。</translation>
    </message>
    <message>
        <source>nobody loses two and half of them</source>
        <translation>没有人失去两张且一半的照片</translation>
    </message>
    <message>
        <source>worse: {names}</source>
        <translation>变差：{names}</translation>
    </message>
    <message>
        <source>Whether the model still tells people apart who are not of your company.</source>
        <translation>模型是否仍能区分不属于贵公司的人。</translation>
    </message>
    <message>
        <source>at most {points} points fewer</source>
        <translation>最多少 {points} 个百分点</translation>
    </message>
    <message>
        <source>it fell by {points} points</source>
        <translation>下降了 {points} 个百分点</translation>
    </message>
    <message>
        <source>embeddings</source>
        <translation>嵌入向量</translation>
    </message>
    <message>
        <source>Whether the model gives answers at all.</source>
        <translation>模型是否能给出结果。</translation>
    </message>
    <message>
        <source>numbers that differ</source>
        <translation>各不相同的数值</translation>
    </message>
    <message>
        <source>some of its embeddings are not numbers</source>
        <translation>其部分嵌入向量不是数值</translation>
    </message>
    <message>
        <source>The training in {path} diverged: {reason}</source>
        <translation>{path} 中的训练已发散：{reason}</translation>
    </message>
    <message>
        <source>Lower peak_lr in the recipe, a .toml file, and begin in another folder.</source>
        <translation>请在配方（.toml 文件）中调低 peak_lr，并换一个文件夹重新开始。</translation>
    </message>
    <message>
        <source>the loss is {loss} at step {step}</source>
        <translation>第 {step} 步的损失为 {loss}</translation>
    </message>
    <message>
        <source>the loss is far above where it began</source>
        <translation>损失远高于开始时</translation>
    </message>
    <message>
        <source>the loss is {now}, far above the {began} it began with</source>
        <translation>损失为 {now}，远高于开始时的 {began}</translation>
    </message>
    <message>
        <source>no checkpoint was written before that</source>
        <translation>此前没有写入检查点</translation>
    </message>
    <message>
        <source>the last good checkpoint is {path}, of step {step}</source>
        <translation>最后一个好的检查点是 {path}（第 {step} 步）</translation>
    </message>
    <message>
        <source>{what}; {kept}</source>
        <translation>{what}；{kept}</translation>
    </message>
    <message>
        <source>it gives the same answer for everybody</source>
        <translation>它对每个人给出相同的结果</translation>
    </message>
    <message>
        <source>training knows inputs of 112x112 in the order red, green, blue only</source>
        <translation>训练仅支持 112x112、红绿蓝顺序的输入</translation>
    </message>
    <message>
        <source>{name} is in use or prepared; it is not removed</source>
        <translation>{name} 正在使用或已准备，未被移除</translation>
    </message>
    <message>
        <source>it holds no .tar file</source>
        <translation>其中没有 .tar 文件</translation>
    </message>
    <message>
        <source>it holds no picture with its .cls file</source>
        <translation>其中没有带 .cls 文件的图片</translation>
    </message>
    <message>
        <source>they are crops in memory, not picture files</source>
        <translation>它们是内存中的裁剪图，不是图片文件</translation>
    </message>
    <message>
        <source>it holds shards already; take an empty folder</source>
        <translation>其中已有分片；请使用空文件夹</translation>
    </message>
    <message>
        <source>it is not a whole, uncompressed tar file</source>
        <translation>它不是完整的、未压缩的 tar 文件</translation>
    </message>
    <message>
        <source>it has no .cls file that says who it shows</source>
        <translation>没有说明它是谁的 .cls 文件</translation>
    </message>
    <message>
        <source>it does not hold the number of a person</source>
        <translation>其中没有人员编号</translation>
    </message>
    <message>
        <source>it is not a list of different names, one for each number in the shards</source>
        <translation>它不是互不相同的姓名列表，分片中的每个编号须各有一个姓名</translation>
    </message>
    <message>
        <source>it holds an array of another type than whole numbers, and was not read</source>
        <translation>其中有不是整数类型的数组，未读取</translation>
    </message>
    <message>
        <source>it is not a list of pictures and a list of truth values</source>
        <translation>它不是一个图片列表加一个真假值列表</translation>
    </message>
    <message>
        <source>it is not a whole file of picture pairs ({error})</source>
        <translation>它不是完整的图片对文件（{error}）</translation>
    </message>
    <message>
        <source>it holds more than pictures and truth values, and was not read</source>
        <translation>其中不只有图片和真假值，未读取</translation>
    </message>
    <message>
        <source>it asks for {name}, which was not run</source>
        <translation>它要求调用 {name}，未执行</translation>
    </message>
    <message>
        <source>it holds {pictures} pictures and {pairs} truth values; two pictures belong to each</source>
        <translation>其中有 {pictures} 张图片和 {pairs} 个真假值；每个真假值应对应两张图片</translation>
    </message>
    <message>
        <source>a picture in it is neither bytes nor an array of bytes</source>
        <translation>其中有一张图片既不是字节也不是字节数组</translation>
    </message>
    <message>
        <source>a truth value in it is neither true nor false</source>
        <translation>其中有一个真假值既不是真也不是假</translation>
    </message>
    <message>
        <source>its pictures that are trained on as well: {count}, the first is {name}; take others to validate with</source>
        <translation>其中也用于训练的图片：{count} 张，第一张是 {name}；请用其他图片验证</translation>
    </message>
    <message>
        <source>nobody of those to validate with has two pictures: take more pictures of each person</source>
        <translation>用于验证的人都没有两张图片：请为每个人增加图片</translation>
    </message>
    <message>
        <source>two of its photographs are called {name}</source>
        <translation>其中有两张照片都叫 {name}</translation>
    </message>
    <message>
        <source>it holds {count} pairs, at least {least} are needed</source>
        <translation>其中有 {count} 对，至少需要 {least} 对</translation>
    </message>
    <message>
        <source>a process that makes batches was killed, perhaps for want of memory; take fewer with --workers</source>
        <translation>一个生成批次的进程被终止，可能是内存不足；请用 --workers 减少进程数</translation>
    </message>
    <message>
        <source>Nothing was changed. docs/from-photographs-to-the-door.md shows the whole way.</source>
        <translation>没有任何更改。完整步骤见 docs/from-photographs-to-the-door.md。</translation>
    </message>
    <message>
        <source>a TFLite file</source>
        <translation>TFLite 文件</translation>
    </message>
    <message>
        <source>a TOML file</source>
        <translation>TOML 文件</translation>
    </message>
    <message>
        <source>a detector in SCRFD's layout has {wanted} outputs, this network has {found}</source>
        <translation>SCRFD 格式的检测器有 {wanted} 个输出，而此网络有 {found} 个</translation>
    </message>
    <message>
        <source>a file of aligned faces</source>
        <translation>对齐人脸的文件</translation>
    </message>
    <message>
        <source>a file of weights</source>
        <translation>权重文件</translation>
    </message>
    <message>
        <source>a folder of aligned faces without names</source>
        <translation>无姓名的对齐人脸文件夹</translation>
    </message>
    <message>
        <source>a folder of pictures</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>a model pack</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>a picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>a torch file</source>
        <translation>torch 文件</translation>
    </message>
    <message>
        <source>all of its people were trained on</source>
        <translation>其中所有人员都参与过训练</translation>
    </message>
    <message>
        <source>an exported network (ONNX)</source>
        <translation>导出的网络（ONNX）</translation>
    </message>
    <message>
        <source>an exported network has its normalisation merged into other weights ({operator} has them); give the run or the checkpoint that it was exported from</source>
        <translation>导出的网络已将归一化并入其他权重（位于 {operator}）；请提供导出它的训练文件夹或检查点</translation>
    </message>
    <message>
        <source>a file of embeddings</source>
        <translation>特征向量文件</translation>
    </message>
    <message>
        <source>it is a network; give the people to measure it with: --faces crops.npz</source>
        <translation>这是一个网络；请给出用于测量的人员：--faces crops.npz</translation>
    </message>
    <message>
        <source>it is of none of the networks that 'attendance-train models' lists: it begins with {names}</source>
        <translation>它不属于 attendance-train models 列出的任何网络：开头为 {names}</translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>it is {found}, and {needed} is needed</source>
        <translation>这是{found}，而这里需要{needed}</translation>
    </message>
    <message>
        <source>it is {found}, and {needed} is needed, which '{command}' makes</source>
        <translation>这是{found}，而这里需要{needed}，可用“{command}”生成</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>the folder holds neither {first} nor {second}</source>
        <translation>文件夹中既没有 {first} 也没有 {second}</translation>
    </message>
    <message>
        <source>the folder of a training</source>
        <translation>训练文件夹</translation>
    </message>
    <message>
        <source>the state of a training</source>
        <translation>训练状态文件</translation>
    </message>
    <message>
        <source>{name} is not a name of a new pack: letters, digits, '-', '_' and single dots, and not '{taken}'</source>
        <translation>{name} 不能作为新模型包的名称：可用字母、数字、“-”、“_”和单个点，且不能是“{taken}”</translation>
    </message>
    <message>
        <source>{path} cannot be used here: {reason}</source>
        <translation>{path} 不能用在这里：{reason}</translation>
    </message>
    <message>
        <source>The door of {path} is already run by another program: {holder}.</source>
        <translation>{path} 的签到机已由另一个程序运行：{holder}。</translation>
    </message>
    <message>
        <source>Close that one first; two at once would book everybody twice.</source>
        <translation>请先关闭那个程序；两个同时运行会把每个人登记两次。</translation>
    </message>
    <message>
        <source>{program}, process {pid}, since {since}</source>
        <translation>{program}，进程 {pid}，自 {since} 起</translation>
    </message>
    <message>
        <source>one that did not say what it is</source>
        <translation>未说明身份的程序</translation>
    </message>
    <message>
        <source>Somebody was erased, but something of them may still be in files of {path}: {reason}</source>
        <translation>已删除某人，但 {path} 的文件中可能仍有其残留：{reason}</translation>
    </message>
    <message>
        <source>Every start of the program tries again; close other programs and free some space first.</source>
        <translation>程序每次启动都会重试；请先关闭其他程序并腾出一些空间。</translation>
    </message>
    <message>
        <source>another program is reading it</source>
        <translation>另一个程序正在读取它</translation>
    </message>
    <message>
        <source>'attendance imports list' shows every import and what became of it.</source>
        <translation>“attendance imports list”会列出所有导入及其结果。</translation>
    </message>
    <message>
        <source>The import: {detail}</source>
        <translation>导入：{detail}</translation>
    </message>
    <message>
        <source>a stored import is not what this program wrote</source>
        <translation>存储的导入不是本程序写入的内容</translation>
    </message>
    <message>
        <source>an event id has only letters, digits, dots, dashes and underscores</source>
        <translation>事件编号只能包含字母、数字、点、短横线和下划线</translation>
    </message>
    <message>
        <source>the import {name} is decided already</source>
        <translation>导入 {name} 已有决定</translation>
    </message>
    <message>
        <source>there is no import {name}</source>
        <translation>没有导入 {name}</translation>
    </message>
    <message>
        <source>whoever imported it cannot approve it</source>
        <translation>导入者本人不能批准</translation>
    </message>
    <message>
        <source>Check-ins that are not in the database: {count} ({events}); {reason}.</source>
        <translation>尚未写入数据库的打卡记录：{count} 条（{events}）；{reason}。</translation>
    </message>
    <message>
        <source>Free some space on the disk and start the door again before anything else.</source>
        <translation>请先腾出磁盘空间，并立即重新启动签到机。</translation>
    </message>
    <message>
        <source>they are kept nowhere else, so write them down now</source>
        <translation>它们没有保存在别处，请立即记下</translation>
    </message>
    <message>
        <source>they are kept in {path} and written at the next start of this door</source>
        <translation>它们保存在 {path} 中，签到机下次启动时写入</translation>
    </message>
    <message>
        <source>The disk that holds {path} is almost full.</source>
        <translation>{path} 所在的磁盘快满了。</translation>
    </message>
    <message>
        <source>Free some space before check-ins cannot be saved any more.</source>
        <translation>请在打卡无法保存之前腾出一些空间。</translation>
    </message>
    <message>
        <source>too many waited already, so they were refused</source>
        <translation>等待写入的记录过多，因此它们被拒绝</translation>
    </message>
    <message>
        <source>Free space on the disk it goes to, or let it go to another file; what the command did stays done.</source>
        <translation>请在输出所在的磁盘上腾出空间，或改写到其他文件；命令已完成的工作不会撤销。</translation>
    </message>
    <message>
        <source>The output cannot be written: {reason}.</source>
        <translation>无法写出输出：{reason}。</translation>
    </message>
    <message>
        <source>{count} of the messages named were not refused</source>
        <translation>所列消息中有 {count} 条并未被拒绝</translation>
    </message>
    <message>
        <source>{path} is a link; put the key itself there, or remove the link</source>
        <translation>{path} 是一个链接；请把密钥文件本身放在那里，或删除该链接</translation>
    </message>
    <message>
        <source>{path} is not a file</source>
        <translation>{path} 不是文件</translation>
    </message>
    <message>
        <source>The clock of this computer is wrong: it shows {shown}; {reason}.</source>
        <translation>这台电脑的时钟不对：显示为 {shown}；{reason}。</translation>
    </message>
    <message>
        <source>Set date and time; check-ins made until then are marked in the reports.</source>
        <translation>请设置日期和时间；在此之前的打卡会在报表中标记。</translation>
    </message>
    <message>
        <source>the newest check-in is of {newest}</source>
        <translation>最新的打卡是 {newest}</translation>
    </message>
    <message>
        <source>no clock can show that when this program runs</source>
        <translation>运行本程序时，时钟不可能显示这个时间</translation>
    </message>
    <message>
        <source>The database {path} is gone: {reason}.</source>
        <translation>数据库 {path} 不见了：{reason}。</translation>
    </message>
    <message>
        <source>Put a backup back with 'attendance restore FILE'; without one, move the whole folder away to begin anew.</source>
        <translation>请用“attendance restore 文件”恢复备份；没有备份时，请移走整个文件夹后重新开始。</translation>
    </message>
    <message>
        <source>Something was changed or taken out of {path} behind the program's back: {reason}.</source>
        <translation>{path} 的内容在程序之外被更改或删除：{reason}。</translation>
    </message>
    <message>
        <source>Run 'attendance audit verify', and restore a backup if entries are missing.</source>
        <translation>请运行“attendance audit verify”；如有记录缺失，请恢复备份。</translation>
    </message>
    <message>
        <source>{path} is still here</source>
        <translation>{path} 还在</translation>
    </message>
    <message>
        <source>the head of its audit log knows {count} entries</source>
        <translation>其审计日志的头文件记有 {count} 条记录</translation>
    </message>
    <message>
        <source>all {count} entries of its audit log are gone</source>
        <translation>审计日志的全部 {count} 条记录都不见了</translation>
    </message>
    <message>
        <source>the last {count} entries are gone</source>
        <translation>最后 {count} 条记录不见了</translation>
    </message>
    <message>
        <source>the entries up to number {number} were written anew</source>
        <translation>第 {number} 条及之前的记录被重写</translation>
    </message>
    <message>
        <source>the entries behind number {number} were not sealed here</source>
        <translation>第 {number} 条之后的记录不是由本程序封存的</translation>
    </message>
    <message>
        <source>the entries behind number {number} are broken</source>
        <translation>第 {number} 条之后的记录已损坏</translation>
    </message>
    <message>
        <source>{path} was taken away or replaced while the program ran</source>
        <translation>{path} 在程序运行时被移走或替换</translation>
    </message>
    <message>
        <source>it holds nothing</source>
        <translation>其中没有内容</translation>
    </message>
    <message>
        <source>it is there and holds something; move it away first</source>
        <translation>它已存在且有内容；请先移走</translation>
    </message>
    <message>
        <source>it gives the same answer for every picture</source>
        <translation>它对每张图片都给出相同的结果</translation>
    </message>
    <message>
        <source>it was not done after {seconds} s</source>
        <translation>{seconds} 秒后仍未完成</translation>
    </message>
    <message>
        <source>its detector finds {count} faces in a photograph of {people}</source>
        <translation>其检测器在一张有 {people} 人的照片中只找到 {count} 张人脸</translation>
    </message>
    <message>
        <source>its models cannot be tried: {cause}</source>
        <translation>无法试运行其模型：{cause}</translation>
    </message>
    <message>
        <source>its process ended (exit code {code})</source>
        <translation>其进程已结束（退出代码 {code}）</translation>
    </message>
    <message>
        <source>its recognizer takes {count} of {people} people in a photograph for others</source>
        <translation>其识别器把照片中 {people} 人里的 {count} 人认成了别人</translation>
    </message>
    <message>
        <source>it cannot be worked out: {cause}</source>
        <translation>无法计算：{cause}</translation>
    </message>
    <message>
        <source>it is drawn in {count} passes, more than its size allows</source>
        <translation>它分 {count} 遍绘制，超出其尺寸所允许的次数</translation>
    </message>
    <message>
        <source>Correct them in the camera setting; characters such as # and / may be written as they are.</source>
        <translation>请在摄像头设置中更正；# 和 / 等字符可以直接书写。</translation>
    </message>
    <message>
        <source>The camera {source} refuses the user or the password.</source>
        <translation>摄像头 {source} 拒绝该用户名或密码。</translation>
    </message>
    <message>
        <source>it answers, but gives no stream at this address</source>
        <translation>它有应答，但该地址没有视频流</translation>
    </message>
    <message>
        <source>Reading the camera {source} failed {count} times within a minute.</source>
        <translation>一分钟内读取摄像头 {source} 失败了 {count} 次。</translation>
    </message>
    <message>
        <source>Unplug the camera and plug it in again, or restart the computer; the kiosk goes on trying.</source>
        <translation>请重新插拔摄像头，或重新启动电脑；终端会继续尝试。</translation>
    </message>
    <message>
        <source>it sends pictures of {width}×{height}, too small for a face</source>
        <translation>它发送的画面为 {width}×{height}，对人脸来说太小</translation>
    </message>
    <message>
        <source>This card is badge {badge} already.</source>
        <translation>这张卡已登记为工牌 {badge}。</translation>
    </message>
    <message>
        <source>Revoke that badge first, or take another card.</source>
        <translation>请先撤销该工牌，或换一张卡。</translation>
    </message>
    <message>
        <source>Not taken: {reason}.</source>
        <translation>未采用：{reason}。</translation>
    </message>
    <message>
        <source>Choose another one and try again.</source>
        <translation>请另选一个再试。</translation>
    </message>
    <message>
        <source>a PIN has {low} to {high} digits</source>
        <translation>PIN 码为 {low} 至 {high} 位数字</translation>
    </message>
    <message>
        <source>too easily guessed</source>
        <translation>太容易猜到</translation>
    </message>
    <message>
        <source>the same as before</source>
        <translation>与原来相同</translation>
    </message>
    <message>
        <source>the number of a card has {low} to {high} characters</source>
        <translation>卡号为 {low} 至 {high} 个字符</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN 码</translation>
    </message>
    <message>
        <source>a stored direction is neither in nor out</source>
        <translation>存储的方向既非进入也非离开</translation>
    </message>
</context>
</TS>
