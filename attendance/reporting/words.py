"""What the reports call things, in English and Chinese; the window calls them the same."""

from __future__ import annotations

from attendance.core.report_table import Column
from attendance.languages import LANGUAGES

_TITLES = {
    "events": ("Check-ins", "打卡记录"),
    "daily": ("Daily hours", "每日工时"),
    "monthly": ("Month at a glance", "月度一览"),
    "payroll": ("Payroll", "工资核算"),
    "late": ("Late and early", "迟到与早退"),
    "incomplete": ("Incomplete days", "打卡不完整"),
    "corrections": ("Corrections", "更正记录"),
}
_HEADINGS = {
    "day": ("Date", "日期"),
    "month": ("Month", "月份"),
    "code": ("Code", "工号"),
    "name": ("Name", "姓名"),
    "department": ("Department", "部门"),
    "event_id": ("Event", "事件编号"),
    "direction": ("Direction", "方向"),
    "local_time": ("Time", "时间"),
    "utc_time": ("Time (UTC)", "时间 (UTC)"),
    "source": ("Door", "门"),
    "similarity": ("Similarity", "相似度"),
    "made_by": ("Made by", "录入者"),
    "method": ("Known by", "识别方式"),
    "shift": ("Shift", "班次"),
    "status": ("Status", "状态"),
    "planned_in": ("Planned in", "应上班"),
    "planned_out": ("Planned out", "应下班"),
    "first_in": ("In", "上班"),
    "last_out": ("Out", "下班"),
    "presence": ("Presence", "在场"),
    "break": ("Break", "休息"),
    "worked": ("Worked", "工时"),
    "paid": ("Paid", "计薪"),
    "regular": ("Regular", "正常"),
    "scheduled": ("Scheduled", "应出勤"),
    "balance": ("Balance", "差额"),
    "overtime": ("Overtime", "加班"),
    "overtime_weighted": ("Overtime × rate", "加班×倍率"),
    "late_by": ("Late", "迟到"),
    "early_by": ("Early", "早退"),
    "late_count": ("Days late", "迟到天数"),
    "early_count": ("Days early", "早退天数"),
    "leave_kind": ("Leave", "假别"),
    "leave_half": ("Half day", "半天"),
    "note": ("Note", "备注"),
    "flags": ("Remarks", "说明"),
    "missing": ("Missing", "缺少"),
    "present": ("P", "出勤"),
    "absent": ("A", "缺勤"),
    "half_day": ("HD", "半天"),
    "leave": ("L", "请假"),
    "holiday": ("H", "节假"),
    "day_off": ("WO", "休息"),
    "incomplete": ("?", "缺卡"),
    "first_day": ("From", "起"),
    "last_day": ("To", "止"),
    "days_scheduled": ("Days due", "应出勤天"),
    "days_present": ("Present", "出勤"),
    "days_half": ("Half", "半天"),
    "days_absent": ("Absent", "缺勤"),
    "days_leave": ("Leave", "请假"),
    "days_sick": ("Sick", "病假"),
    "days_holiday": ("Holidays", "节假日"),
    "days_incomplete": ("Incompl.", "缺卡"),
    "requested": ("Asked", "申请时间"),
    "kind": ("Correction", "更正"),
    "state": ("State", "状态"),
    "old_time": ("Was", "原时间"),
    "old_direction": ("", ""),
    "new_time": ("Now", "新时间"),
    "new_direction": ("", ""),
    "new_code": ("Whose", "归属"),
    "reason": ("Reason", "原因"),
    "requested_by": ("Asked by", "申请人"),
    "decided_by": ("Decided by", "审批人"),
    "decided": ("Decided", "审批时间"),
    "correction_id": ("Correction id", "更正编号"),
}
_WORDS = {
    "direction": {
        "in": ("In", "上班"),
        "out": ("Out", "下班"),
        "break_start": ("Break", "休息"),
        "break_end": ("Back", "返回"),
    },
    "method": {
        "face": ("Face", "人脸"),
        "pin": ("PIN", "PIN"),
        "badge": ("Badge", "工牌"),
        "badge+pin": ("Badge, PIN", "工牌、PIN"),
        "badge+face": ("Badge, face", "工牌、人脸"),
        "pin+face": ("PIN, face", "PIN、人脸"),
    },
    "status": {
        "present": ("Present", "出勤"),
        "half_day": ("Half day", "半天"),
        "absent": ("Absent", "缺勤"),
        "incomplete": ("Incomplete", "缺卡"),
        "still_in": ("Still in", "在岗"),
        "expected": ("Expected", "未到"),
        "leave": ("Leave", "请假"),
        "holiday": ("Holiday", "节假日"),
        "closed": ("Closed", "停工"),
        "rest_day": ("Day off", "休息日"),
        "unplanned": ("Unplanned", "无排班"),
        "not_employed": ("Not employed", "不在职"),
    },
    "missing": {
        "missing_in": ("Check-in", "上班卡"),
        "missing_out": ("Check-out", "下班卡"),
        "double_out": ("Check-in between", "中间上班卡"),
    },
    "flag": {
        "late": ("late", "迟到"),
        "left_early": ("left early", "早退"),
        "missing_out": ("no check-out", "缺下班卡"),
        "missing_in": ("no check-in", "缺上班卡"),
        "double_in": ("came twice", "重复上班卡"),
        "double_out": ("left twice", "重复下班卡"),
        "stray_break": ("odd break", "休息卡不符"),
        "break_not_ended": ("break not ended", "休息未结束"),
        "break_short": ("break too short", "休息过短"),
        "break_long": ("break too long", "休息过长"),
        "auto_break": ("break deducted", "自动扣休息"),
        "part_missed": ("part missed", "缺一段班"),
        "outside_window": ("unusual time", "非班次时间"),
        "worked_on_free_day": ("worked on a free day", "休息日工作"),
        "worked_on_leave": ("worked on leave", "请假日工作"),
        "unplanned_work": ("unplanned work", "无排班工作"),
        "not_employed": ("not employed", "不在职"),
        "deactivated": ("left the company", "已离职"),
        "still_in": ("still in", "在岗"),
        "provisional": ("to be approved", "待批准"),
        "corrected": ("corrected", "已更正"),
        "clock_suspect": ("clock was set", "时钟被调整"),
        "clock_change": ("clock change", "夏令时切换"),
        "future_event": ("in the future", "未来时间"),
        "conflicting_copy": ("two versions", "记录冲突"),
    },
    "leave": {"leave": ("Leave", "请假"), "sick": ("Sick", "病假"), "unpaid": ("Unpaid", "无薪假")},
    "correction": {
        "add": ("Added", "补卡"),
        "move": ("Moved", "改时间"),
        "void": ("Taken out", "作废"),
        "reassign": ("Someone else's", "改归属"),
        "leave": ("Leave", "请假"),
    },
    "reason": {
        "undone at the kiosk": ("undone at the kiosk", "在考勤机上撤销"),
        "that's not me": ("that's not me", "不是我"),
        "forgot to check out": ("forgot to check out", "忘记下班打卡"),
    },
    "state": {
        "requested": ("Requested", "已申请"),
        "provisional": ("Provisional", "暂定"),
        "approved": ("Approved", "已批准"),
        "rejected": ("Rejected", "已拒绝"),
    },
}
_SENTENCES = {
    "range": ("{first} to {last}", "{first} 至 {last}"),
    "page": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "made": ("Made {at}", "生成于 {at}"),
    "total": ("Total", "合计"),
    "rows": ("{rows} rows", "{rows} 行"),
    "empty": ("Nothing to report in these days.", "该时段内没有记录。"),
    "charts": ("Charts", "图表"),
    "report": ("Report", "报表"),
    "mail": ("Report {report}, {days}.", "报表“{report}”，{days}。"),
    "no department": ("(none)", "（无）"),
    "legend": (
        "P present · A absent · HD half day · L leave · H holiday · WO day off · ? check-in or check-out missing",
        "P 出勤 · A 缺勤 · HD 半天 · L 请假 · H 节假日 · WO 休息日 · ? 缺卡",
    ),
    "arrivals": ("When people arrive", "到岗时间分布"),
    "arrivals unit": ("first check-ins per quarter of an hour", "每 15 分钟的首次打卡人次"),
    "lateness": ("Who comes late", "各部门迟到情况"),
    "lateness unit": ("late arrivals in 100 days worked", "每 100 个出勤日的迟到次数"),
    "weeks": ("Hours per week", "每周工时"),
    "weeks unit": ("hours worked by everybody, by the week's Monday", "全员每周工时（按周一日期）"),
}


def title_of(kind: str, language: str) -> str:
    """Return the title of a kind of report."""
    return _TITLES[kind][_index(language)]


def heading_of(column: Column, language: str) -> str:
    """Return the printed heading of a column; decimal hours and h:mm of a duration are called alike."""
    if column.title:
        return column.title
    for key in (column.key, column.key.removesuffix("_hmm"), column.key.removesuffix("_h")):
        if key in _HEADINGS:
            return _HEADINGS[key][_index(language)]
    number = column.key.removeprefix("d")
    return str(int(number)) if number.isdigit() else column.key


def word_of(vocabulary: str, words: str, language: str) -> str:
    """Return words of the program in a language; what is not known, such as the site's own leave, stays."""
    known = _WORDS[vocabulary]
    if known.keys().isdisjoint(words.split(";")):
        return words
    return ", ".join(known[w][_index(language)] if w in known else w for w in words.split(";") if w)


def sentence(name: str, language: str, **facts: object) -> str:
    """Return a sentence with its facts."""
    return _SENTENCES[name][_index(language)].format(**facts)


def _index(language: str) -> int:
    return list(LANGUAGES).index(language)
