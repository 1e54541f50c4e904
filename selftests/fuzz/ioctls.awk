#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
#
# From the header of the ABI, the table of what can be called: each ioctl with the members of
# its argument that a caller sets, and each struct that such a member points to.

# A comment of kernel-doc begins a new struct.
/^ \* struct ipcshow_[a-z_]+ - / {
	name = $3
	split("", is_out)
	split("", is_fd)
	command = element = ""
	if (match($0, /\(IPCSHOW_IOC_[A-Z_]+\)/))
		command = substr($0, RSTART + 1, RLENGTH - 2)
	else if (match($0, /\(&ipcshow_[a-z_]+\.[a-z_]+\)/))
		element = substr(name, 9)
}

/^ \* @[a-z_0-9]+: out:/ {
	member = substr($2, 2, length($2) - 2)
	is_out[member] = 1
	if (/file descriptor/)
		is_fd[member] = 1
}

/^#define IPCSHOW_IOC_[A-Z_]+[ \t]+_IO\(/ {
	commands[++nr_commands] = $2
}

/^#define IPCSHOW_([A-Z]+_)*F_[A-Z_]+/ {
	prefix = $2
	sub(/_F_[A-Z_]*$/, "", prefix)
	flags[prefix] = flags[prefix] " | " $2
}

/^#define IPCSHOW_WHAT_/ {
	what = what " | " $2
}

/^struct ipcshow_[a-z_]+ \{/ && (command || element) {
	within = 1
	text = made = ""
	next
}

within && /^\};/ {
	within = 0
	if (element) {
		elements[element] = text
	} else {
		structs[command] = name
		members[command] = text
		fds[command] = made
	}
	next
}

within {
	member = $2
	sub(/;$/, "", member)
	prefix = command
	sub(/_IOC_/, "_", prefix)
	mask = member == "flags" ? flags[prefix] : member == "what" ? what : ""
	if (is_fd[member])
		made = made " offsetof(struct " name ", " member "),"
	if (!is_out[member])
		text = text "\tMEMBER(" name ", " member ", 0" mask "),\n"
}

function short(command) {
	return tolower(substr(command, 13))
}

END {
	print "/* Made by ioctls.awk. */\n"
	for (i = 1; i <= nr_commands; i++) {
		command = commands[i]
		print "static const struct field " short(command) "_fields[] = {"
		print "\tIOCTL_ON(" command "),"
		if (!(command in structs))
			print "\tNO_STRUCT,"
		else
			printf "\tIOCTL_AT,\n%s%s", fds[command] ? "\tIOCTL_TO,\n" : "", members[command]
		print "};\n"
		if (fds[command])
			print "static const size_t " short(command) "_made[] = {" fds[command] " };\n"
	}
	for (element in elements)
		printf "static const struct field %s_fields[] = {\n\tELEMENT_INDEX,\n%s};\n\n",
			element, elements[element]
	print "static const struct call_type header_types[] = {"
	for (i = 1; i <= nr_commands; i++) {
		command = commands[i]
		if (!(command in structs))
			print "\tIOCTL_PLAIN(" short(command) ", " command "),"
		else if (fds[command])
			print "\tIOCTL_MAKES(" short(command) ", " command ", " structs[command] "),"
		else
			print "\tIOCTL(" short(command) ", " command ", " structs[command] "),"
	}
	for (element in elements)
		print "\tELEMENT(" element "),"
	print "};"
}
